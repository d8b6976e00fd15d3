# Who sees a field, by its compartment. `.who` is without the opening words.
seen-c0 = Seen by: whoever may know that the record exists.
    .who = whoever may know that the record exists.
seen-c1 = Seen by: the team and the partners it was sent to and, without a name, colleagues, coordinators and reports.
    .who = the team and the partners it was sent to and, without a name, colleagues, coordinators and reports.
seen-c2 = Seen by: the team and the partners who help.
    .who = the team and the partners who help.
seen-c3 = Seen by: only the team and the partners entrusted with it; each opening is logged.
    .who = only the team and the partners entrusted with it; each opening is logged.
seen-c4 = Seen by: only the people named one by one; each opening is logged.
    .who = only the people named one by one; each opening is logged.
seen-c5 = Seen by: only the case team and the NGO that gives the support; each opening is logged.
    .who = only the case team and the NGO that gives the support; each opening is logged.

//! The fourteen pitfalls of the standard's page of notes, by number.

use papers::htcds::{
    Cell, Columns, Kind, Layout, LossKind, OpenError, Problem, Several, WriteOptions, Writer, countries,
    standard,
};

use crate::support::*;

#[test]
fn g01_every_field_is_there_with_its_attribution() {
    assert_eq!(standard().fields.len(), 84);
    assert_eq!(fields().filter(|f| f.core).count(), 40);
    assert!(standard().attribution.contains("by IOM, CC BY 4.0"));
    assert_eq!(standard().version, "2.0");
}

#[test]
fn g02_deprecated_fields_keep_the_core_mark_and_are_read() {
    let both: Vec<_> = fields().filter(|f| f.deprecated && f.core).map(|f| f.id.as_str()).collect();
    assert_eq!(both, ["vic_Vulnerabilities", "vic_DetailsOfVulnerabilities"]);
    let rows = good(csv(&[
        "First Name,Vulnerabilities,Details Of Vulnerabilities",
        "A,Poverty; Abuse - social media,x",
    ]));
    assert_eq!(value(&rows[0], "vic_Vulnerabilities"), "Poverty,AbuseSocialMedia");
}

#[test]
fn g03_codes_missing_from_the_list_are_extensions() {
    let field = id("vic_MethodsOfControl").field().unwrap();
    assert_eq!(field.code("Restricts movement"), Some("RestrictsMovement"));
    assert_eq!(field.code("UsesChildren"), Some("UsesChildren"));
    assert!(field.is_extension("RestrictsMovement") && field.is_extension("UsesChildren"));
    assert!(!field.is_extension("DebtBondage"));
    assert_eq!(field.choices.len(), 18);
}

#[test]
fn g04_what_the_standard_lacks_is_kept_as_unknown_column() {
    let file = csv(&["First Name,Second Name,Gender,Date Case Opened", "Мария,Петрова,Feminine,2024-01-02"]);
    let mut reader = open(file).unwrap();
    let unknown = reader.columns_unknown();
    assert_eq!((unknown[0].column, &*unknown[0].label), (4, "Date Case Opened"));
    let row = reader.rows().unwrap().next().unwrap().unwrap();
    assert_eq!((&*row.unknown[0].0, row.unknown[0].1.as_str()), ("Date Case Opened", "2024-01-02"));
}

#[test]
fn g05_misspelled_code_stays_on_the_wire_and_trailing_space_goes() {
    let field = id("vic_RelationshipToTrafficker").field().unwrap();
    assert_eq!(field.code("Unaquainted"), Some("Unaquainted"));
    assert_eq!(field.code("unacquainted"), Some("Unaquainted"));
    assert_eq!(field.code_label("Unaquainted"), Some("Unacquainted"));
    let rows = good(filled(&[&[("vic_MethodsOfControl", "Debt bondage ; Other ")]]));
    assert_eq!(value(&rows[0], "vic_MethodsOfControl"), "DebtBondage,Other");
    assert!(fields().flat_map(|f| &f.choices).all(|c| c.code.trim() == c.code && c.label.trim() == c.label));
}

#[test]
fn g06_consent_in_all_its_spellings() {
    let texts = ["TRUE", "true", "Yes", "1", "да", "FALSE", "no", "0", "не"];
    let rows: Vec<Vec<(&str, &str)>> = texts.iter().map(|t| vec![("con_Consent", *t)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let read: Vec<_> = good(filled(&rows)).iter().map(|r| value(r, "con_Consent")).collect();
    assert_eq!(read, ["true", "true", "true", "true", "true", "false", "false", "false", "false"]);
    // The checkbox of newer Excel is a truth value, older macros write 1.
    let book = with_rows(
        TEMPLATE,
        r#"<row r="3"><c r="F3" t="b"><v>1</v></c></row><row r="4"><c r="F4"><v>0</v></c></row>"#,
    );
    let read: Vec<_> = good(book).iter().map(|r| value(r, "con_Consent")).collect();
    assert_eq!(read, ["true", "false"]);
    assert_eq!(faults(filled(&[&[("con_Consent", "perhaps")]])), [Problem::NotYesOrNo]);
}

#[test]
fn g07_several_industries_and_citizenships_are_taken_and_the_first_can_be_written() {
    let text =
        "Wholesale and retail trade; repair of motor vehicles and motorcycles; Construction; Education";
    let rows =
        good(filled(&[&[("vic_ForcedLabourIndustry", text), ("prs_Citizenship", "Bulgaria; Romania")]]));
    let industries = "G_WholesaleAndRetailTradeRepairOfMotorVehicles,F_Construction,P_Education";
    assert_eq!(value(&rows[0], "vic_ForcedLabourIndustry"), industries);
    assert_eq!(value(&rows[0], "prs_Citizenship"), "BG,RO");
    let options = WriteOptions { several: Several::First, ..WriteOptions::new(Layout::Csv) };
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), options).unwrap();
    writer.write(&rows[0]).unwrap();
    let (out, losses) = writer.finish().unwrap();
    assert_eq!(losses.len(), 1);
    assert_eq!(
        (losses[0].kind, losses[0].field),
        (LossKind::OnlyFirst, Some(id("vic_ForcedLabourIndustry")))
    );
    let back = good(out.into_inner());
    assert_eq!(value(&back[0], "vic_ForcedLabourIndustry"), "G_WholesaleAndRetailTradeRepairOfMotorVehicles");
    assert_eq!(value(&back[0], "prs_Citizenship"), "BG,RO");
}

#[test]
fn g08_locations_are_text_and_give_no_country() {
    let rows = good(filled(&[&[
        ("vic_LocationOfExploitation", "Germany"),
        ("vic_LocationOfRecruitment", "bar, Русе"),
    ]]));
    assert_eq!(id("vic_LocationOfExploitation").field().unwrap().kind, Kind::Text);
    assert_eq!(value(&rows[0], "vic_LocationOfExploitation"), "Germany");
}

#[test]
fn g09_labels_decide_and_the_shifted_names_never_do() {
    let address = [
        ("prs_MailingStreet", "N", "ул. Шипка 6"),
        ("prs_MailingCity", "O", "Русе"),
        ("prs_MailingState", "P", "област Русе"),
        ("prs_MailingPostalCode", "Q", "7000"),
        ("prs_MailingCountry", "R", "Bulgaria"),
    ];
    for template in [TEMPLATE, SINGLE] {
        assert_eq!(open(template).unwrap().columns().len(), 38);
        let mut xml = String::from("<row r=\"3\">");
        for (_, column, text) in address {
            xml += &format!("<c r=\"{column}3\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        }
        // AJ has a label but no system name.
        xml += "<c r=\"AJ3\" t=\"inlineStr\"><is><t>Other</t></is></c></row>";
        let rows = good(with_rows(template, &xml));
        for (field, _, text) in address.iter().take(4) {
            assert_eq!(value(&rows[0], field), *text);
        }
        assert_eq!(value(&rows[0], "prs_MailingCountry"), "BG");
        assert_eq!(value(&rows[0], "cas_ReasonForOutgoingReferral"), "Other");
        assert_eq!(rows[0].number, 3);
        // Without its labels the template cannot be read at all.
        let bare = edit(template, "xl/worksheets/sheet1.xml", |xml| {
            let from = xml.find("<row r=\"2\"").unwrap();
            let to = from + xml[from..].find("</row>").unwrap() + 6;
            format!("{}{}", &xml[..from], &xml[to..])
        });
        assert!(matches!(open(bare), Err(OpenError::ShiftedNames)));
    }
}

#[test]
fn g10_names_that_contain_each_other_stay_apart() {
    let text = "Niger; Nigeria; Guinea; Guinea-Bissau; Equatorial Guinea; Papua New Guinea; Dominica; Dominican Republic";
    let rows = good(filled(&[&[("prs_Citizenship", text)]]));
    assert_eq!(value(&rows[0], "prs_Citizenship"), "NE,NG,GN,GW,GQ,PG,DM,DO");
}

#[test]
fn g11_the_form_has_its_own_names() {
    let names = csv(&[
        "start,prs_First_Name,prs_Second_Name,prs_Title,vic_Methods_of_Control,vic_Methods_of_Control/PhysicalThreats,\
         group/prs_Gender,prs_Citizenship,con_Consent,cas_ReasonForIncomingReferral,prs_Birthdate,instanceID",
        "2024-01-01T10:00:00.000+02:00,Мария,Петрова,Dr,PhysicalThreats DebtBondage  RestrictsMovement,1,Feminine,NA,\
         TRUE,Other,1999-12-31,uuid:1",
    ]);
    let mut reader = open(names).unwrap();
    let unknown: Vec<_> = reader.columns_unknown().iter().map(|c| c.label.to_string()).collect();
    assert_eq!(unknown, ["start", "instanceID"]);
    let row = reader.rows().unwrap().next().unwrap().unwrap();
    assert_eq!(value(&row, "prs_FirstName"), "Мария");
    assert_eq!(value(&row, "prs_SecondName"), "Петрова");
    assert_eq!(value(&row, "vic_MethodsOfControl"), "PhysicalThreats,DebtBondage,RestrictsMovement");
    assert_eq!(value(&row, "prs_Citizenship"), "NA");
    assert_eq!(value(&row, "prs_Gender"), "Feminine");
    // Exported with labels, Title is called Second Name for the second time.
    let labels =
        csv(&["First Name,Second Name,Gender,Second Name,Email", "A,B,Feminine\u{a0},Dr,a@example.org"]);
    let rows = good(labels);
    assert_eq!((value(&rows[0], "prs_SecondName"), value(&rows[0], "prs_Title")), ("B".into(), "Dr".into()));
    assert_eq!(value(&rows[0], "prs_Gender"), "Feminine");
    assert!(matches!(open(XLSFORM), Err(OpenError::FormDefinition)));
}

#[test]
fn g12_case_spaces_and_marks_do_not_matter() {
    let file = csv(&[
        " FIRST NAME ,status\u{a0},Trafficking  Status decision making organisation,Reason For Incoming Referral:",
        "A,follow up,NON-POLICE governmental organization,Migration Or Change Of Location",
    ]);
    let rows = good(file);
    assert_eq!(value(&rows[0], "cas_Status"), "FollowUp");
    assert_eq!(
        value(&rows[0], "vic_TraffickingStatusDecisionMakingOrg"),
        "NonPoliceGovernmentalOrganization"
    );
    assert_eq!(value(&rows[0], "cas_ReasonForIncomingReferral"), "MigrationOrChangeOfLocation");
    let field = id("prs_HighestLevelOfEducation").field().unwrap();
    assert_eq!(field.code("bachelor's or equivalent level"), Some("BachelorsOrEquivalentLevel"));
    for f in fields() {
        for c in &f.choices {
            assert_eq!(f.code(&c.code.to_uppercase()), Some(c.code.as_str()), "{}", f.id);
            assert_eq!(f.code(&format!(" {}\u{a0}", c.label)), Some(c.code.as_str()), "{}", f.id);
        }
    }
}

#[test]
fn g13_na_is_namibia_everywhere() {
    for file in [
        csv(&["First Name,Citizenship,Mailing Country", "NA,NA,na"]),
        csv(&["prs_First_Name,prs_Citizenship,prs_MailingCountry", "NA,NA,NAM"]),
        filled(&[&[("prs_FirstName", "NA"), ("prs_Citizenship", "Namibia"), ("prs_MailingCountry", "NA")]]),
    ] {
        let row = &good(file)[0];
        assert_eq!(value(row, "prs_FirstName"), "NA");
        assert_eq!(value(row, "prs_Citizenship"), "NA");
        assert_eq!(value(row, "prs_MailingCountry"), "NA");
    }
    assert_eq!(
        faults(csv(&["First Name,Citizenship,Gender", "A,N/A,"])),
        [Problem::UnknownCountry { nearest: None }]
    );
    assert_eq!(countries().len(), 250);
    let field = id("prs_Citizenship").field().unwrap();
    for c in countries() {
        for text in [c.code.to_lowercase(), c.alpha3.to_owned(), c.name.to_uppercase()] {
            assert_eq!(field.code(&text), Some(c.code), "{text}");
        }
    }
    let language = id("prs_PrimaryLanguage").field().unwrap();
    for l in papers::htcds::languages() {
        assert_eq!(language.code(l.code), Some(l.code));
        assert_eq!(language.code(l.name), Some(l.code), "{}", l.name);
    }
    assert_eq!(
        (language.code("ger"), language.code("bg"), language.code("Romani")),
        (Some("deu"), Some("bul"), Some("rom"))
    );
}

#[test]
fn g14_labels_are_english_here_and_codes_are_what_is_translated() {
    // Bulgarian words belong to the locales; a Bulgarian label in a sheet is refused, not guessed.
    assert_eq!(faults(filled(&[&[("prs_Gender", "Жена")]])), [Problem::UnknownChoice { nearest: None }]);
}

#[test]
fn an_extension_code_is_written_and_listed() {
    let values = [(id("vic_MethodsOfControl"), Cell::Codes(vec!["RestrictsMovement"]))].into();
    let options = WriteOptions { columns: Columns::Template, ..WriteOptions::new(Layout::Csv) };
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), options).unwrap();
    writer.write(&row(values)).unwrap();
    let (out, losses) = writer.finish().unwrap();
    assert_eq!(losses.iter().map(|l| l.kind).collect::<Vec<_>>(), [LossKind::Extension]);
    assert_eq!(value(&good(out.into_inner())[0], "vic_MethodsOfControl"), "RestrictsMovement");
}

/// The problems of a file of one rejected row.
fn faults(file: Vec<u8>) -> Vec<Problem> {
    let rejected = read(file).remove(0).unwrap_err();
    rejected.faults.into_iter().map(|f| f.problem).collect()
}

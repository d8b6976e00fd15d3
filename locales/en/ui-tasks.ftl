# Tasks.
tasks-title = Tasks
tasks-lead = { $n ->
    [0] There are no open tasks.
    [one] You have { $n } open task.
   *[other] You have { $n } open tasks.
}
tasks-none-title = Everything is done
tasks-none-body = New tasks will appear here.
tasks-none-link = To the start
task-group-overdue = Overdue
task-group-today = Today
task-group-coming = Coming
task-overdue-yesterday = due yesterday
task-overdue-days = { $n ->
    [one] { $n } day late
   *[other] { $n } days late
}
task-tomorrow = tomorrow
saved-task-done = The task is done.
saved-task-open = The task is open again.

"""Addresses of this room's pages, below the organisation's."""

from django.urls import path

from ildsjel.dialogue.views import acts, desks, inbox, rules, thread, writing

app_name = "dialogue"
urlpatterns = [
    path("", inbox.conversations, name="list"),
    path("new/", inbox.count_new, name="count-new"),
    path("together/", inbox.together, name="together"),
    path("undo/", acts.undo, name="undo"),
    path("<int:pk>/", thread.thread, name="thread"),
    path("<int:pk>/live/", thread.thread_live, name="thread-live"),
    path("<int:pk>/write/", writing.write, name="write"),
    path("<int:pk>/draft/", writing.draft, name="draft"),
    path("<int:pk>/assign/", acts.assign, name="assign"),
    path("<int:pk>/move/", acts.move, name="move"),
    path("<int:pk>/topic/", acts.topic, name="topic"),
    path("<int:pk>/goal/", acts.goal, name="goal"),
    path("<int:pk>/group/", acts.group, name="group"),
    path("<int:pk>/snooze/", acts.snooze, name="snooze"),
    path("<int:pk>/close/", acts.close, name="close"),
    path("<int:pk>/reopen/", acts.reopen, name="reopen"),
    path("messages/<int:pk>/take-back/", writing.take_back, name="take-back"),
    path("messages/<int:pk>/send-again/", writing.send_again, name="send-again"),
    path("messages/<int:pk>/decide/", writing.decide, name="decide"),
    path("messages/<int:pk>/rewrite/", writing.rewrite, name="rewrite"),
    path("messages/<int:pk>/put-aside/", writing.put_aside, name="put-aside"),
    path("desks/", desks.desks, name="desks"),
    path("desks/add/", desks.add_desk, name="desk-add"),
    path("desks/<int:pk>/", desks.desk, name="desk"),
    path("desks/<int:pk>/default/", desks.make_default, name="desk-default"),
    path("desks/<int:pk>/archive/", desks.archive, name="desk-archive"),
    path("desks/<int:pk>/restore/", desks.restore, name="desk-restore"),
    path("rules/", rules.rules, name="rules"),
    path("rules/add/", rules.add_rule, name="rule-add"),
    path("rules/try/", rules.try_out, name="rules-try"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/remove/", rules.remove, name="rule-remove"),
    path("rules/<int:pk>/move/<str:way>/", rules.move, name="rule-move"),
    path("rules/<int:pk>/switch/<str:state>/", rules.switch, name="rule-switch"),
]

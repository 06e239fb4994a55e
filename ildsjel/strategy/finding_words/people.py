"""The words of the rules about people and roles."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "person-overloaded": RuleWords(
        title=gettext_noop("The plan asks for more hours than this person has"),
        found=gettext_noop("It asks for %(asked)s hours a week, of %(hours)s."),
        why=gettext_noop(
            "Something will be left undone, and chance decides what. Good people burn "
            "out on such plans."
        ),
        do=gettext_noop("Take something away, give it to another, or have the hours granted."),
    ),
    "person-without-hours": RuleWords(
        title=gettext_noop("Whether this person has the time is not known"),
        found=gettext_noop("The plan asks for %(asked)s hours a week."),
        why=gettext_noop("Without the number nobody sees when it is too much."),
        do=gettext_noop("Agree with the person and their manager on hours a week for this work."),
    ),
    "lone-enthusiast": RuleWords(
        title=gettext_noop("Too much rests on one person"),
        found=gettext_noop(
            "%(count)s of %(all)s channels, roles and tactics. Without this person these "
            "stop: %(stops)s."
        ),
        why=gettext_noop(
            "The enthusiast carries the work until the day they are ill, tired or "
            "headhunted. What they know leaves with them."
        ),
        do=gettext_noop(
            "Give away one whole thing at a time, to somebody who wants it, and let them "
            "do it in their way."
        ),
    ),
    "person-overworked": RuleWords(
        title=gettext_noop("This person works more on it than planned"),
        found=gettext_noop("%(worked)s hours a week were worked, of %(hours)s."),
        why=gettext_noop("The plan costs more than it says, and one person pays."),
        do=gettext_noop(
            "Ask what takes the time. Correct the hours in the plan, or take something away."
        ),
    ),
    "replies-by-one": RuleWords(
        title=gettext_noop("One person writes most of the answers"),
        found=gettext_noop("%(replies)s of %(all)s answers (%(share)s per cent)."),
        why=gettext_noop(
            "On paper several share the work; in fact the public's answers hang on one."
        ),
        do=gettext_noop(
            "Let the deputies have fixed days, and let the person help instead of answer."
        ),
    ),
    "no-roles": RuleWords(
        title=gettext_noop("No roles are named"),
        why=gettext_noop(
            "Who decides, who answers and who speaks to the press is then found out when "
            "it is urgent."
        ),
        do=gettext_noop(
            "Name at least who is responsible for the plan, who leads the answering, and "
            "who is press officer."
        ),
    ),
    "role-without-person": RuleWords(
        title=gettext_noop("Nobody has this role"),
        why=gettext_noop("An empty role looks like order, and is not."),
        do=gettext_noop("Name a person, or take the role out."),
    ),
    "role-without-deputy": RuleWords(
        title=gettext_noop("Nobody stands in for this role"),
        why=gettext_noop(
            "When the person is away, what the role decides waits, or is decided by somebody else."
        ),
        do=gettext_noop("Name a deputy who has the same right to decide."),
    ),
    "role-deputy-is-person": RuleWords(
        title=gettext_noop("The role's deputy is the same person"),
        found=gettext_noop("It is %(person)s."),
        why=gettext_noop("Then nobody stands in."),
        do=gettext_noop("Name another person."),
    ),
    "role-without-responsibility": RuleWords(
        title=gettext_noop("What the role answers for is not said"),
        why=gettext_noop(
            "A title is read differently by those who have it and those who wait for it."
        ),
        do=gettext_noop("Write one sentence: what is this person asked about when it goes wrong?"),
    ),
    "role-without-mandate": RuleWords(
        title=gettext_noop("What the role may decide is not said"),
        why=gettext_noop(
            "Responsibility without a right to decide makes people ask for leave, and "
            "the answer comes too late."
        ),
        do=gettext_noop("Write what the person decides alone."),
    ),
    "role-without-hours": RuleWords(
        title=gettext_noop("How much time the role takes is not said"),
        why=gettext_noop("Roles without hours are added to full weeks."),
        do=gettext_noop("Write hours a week; 0 where it really takes none."),
    ),
}

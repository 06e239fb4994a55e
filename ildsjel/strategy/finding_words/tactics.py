"""The words of the rules about the tactics matrix."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "tactic-without-goal": RuleWords(
        title=gettext_noop("A means without a goal"),
        why=gettext_noop(
            "It is a painkiller without an illness: it costs hours, and nobody can say "
            "what would be worse without it."
        ),
        do=gettext_noop("Name the goal that it serves, or stop doing it."),
    ),
    "tactic-without-group": RuleWords(
        title=gettext_noop("For whom this is done is not said"),
        why=gettext_noop("What is meant for everyone is written to nobody."),
        do=gettext_noop("Choose the group that it is for."),
    ),
    "tactic-without-role": RuleWords(
        title=gettext_noop("What the medium does here is not said"),
        why=gettext_noop(
            "Listening, answering and mobilising need different people, hours and words."
        ),
        do=gettext_noop(
            "Choose: listen, inform, converse, support, involve, create together or mobilise."
        ),
    ),
    "tactic-without-gain": RuleWords(
        title=gettext_noop("Neither a problem nor a value is named"),
        why=gettext_noop("Then it cannot be judged whether it worked; it can only be repeated."),
        do=gettext_noop("Write which problem it solves for the group, or which value it creates."),
    ),
    "tactic-without-channel": RuleWords(
        title=gettext_noop("Nothing carries this tactic"),
        why=gettext_noop("Without a channel it is an intention."),
        do=gettext_noop("Choose the channel where the group already is."),
    ),
    "tactic-without-owner": RuleWords(
        title=gettext_noop("Nobody carries this out"),
        why=gettext_noop("What is everybody's task is nobody's."),
        do=gettext_noop("Name one person with the hours for it."),
    ),
    "tactic-without-horizon": RuleWords(
        title=gettext_noop("Whether this is short or long term is not said"),
        why=gettext_noop(
            "A long-term effort that is judged after a month is always stopped too early."
        ),
        do=gettext_noop("Choose short or long."),
    ),
    "tactic-on-absent-channel": RuleWords(
        title=gettext_noop("The tactic uses a channel that we have chosen not to be on"),
        found=gettext_noop("It is %(channel)s."),
        why=gettext_noop(
            "The plan says two things, and each colleague will follow the one they prefer."
        ),
        do=gettext_noop("Take the channel out of the tactic, or give it a mandate."),
    ),
    "tactic-off-mandate": RuleWords(
        title=gettext_noop("The channel's mandate is for something else"),
        found=gettext_noop("The mandate of %(channel)s names other goals or groups."),
        why=gettext_noop("A channel that slowly takes on everything loses those it was made for."),
        do=gettext_noop("Widen the mandate with open eyes, or choose another channel."),
    ),
    "only-campaigns": RuleWords(
        title=gettext_noop("Everything is short term"),
        found=gettext_noop("All %(count)s tactics are short term."),
        why=gettext_noop(
            "Dialogue is a relation, not a campaign. Who goes home after each campaign "
            "begins anew every time."
        ),
        do=gettext_noop("Choose one thing that you will do every week for two years."),
    ),
    "only-sending": RuleWords(
        title=gettext_noop("The plan only talks"),
        found=gettext_noop("All %(count)s tactics inform or mobilise."),
        why=gettext_noop(
            "Who opens a channel has opened for dialogue. People will ask, and silence "
            "is an answer too."
        ),
        do=gettext_noop("Add a tactic that listens, answers or involves, with hours for it."),
    ),
    "nobody-listens": RuleWords(
        title=gettext_noop("Nobody's task is to listen"),
        why=gettext_noop(
            "What people say when they are not talking to us is the cheapest advice there is."
        ),
        do=gettext_noop("Add a tactic with the role listen, and name who brings on what is heard."),
    ),
}

"""The words of the rules about stakeholder groups."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "group-unreached": RuleWords(
        title=gettext_noop("Nobody reaches this group"),
        why=gettext_noop(
            "The group is in the plan, and no tactic is for them. They will not notice "
            "that the plan exists."
        ),
        do=gettext_noop("Choose what to do for them, or say that they are not chosen this year."),
    ),
    "group-silent": RuleWords(
        title=gettext_noop("Nothing has been seen of this group"),
        found=gettext_noop("No conversation and no post was tied to it."),
        why=gettext_noop(
            "Perhaps they are not where we are. Many more people read than write, but "
            "none at all is a sign."
        ),
        do=gettext_noop("Ask three of them where they look for what they need."),
    ),
    "group-without-need": RuleWords(
        title=gettext_noop("What they need is not said"),
        why=gettext_noop(
            "Without their need the plan speaks of what we want to say, and people walk "
            "off the dance floor."
        ),
        do=gettext_noop(
            "Write what they come with, in their own words; look in the enquiries of the "
            "last month."
        ),
    ),
    "group-without-change": RuleWords(
        title=gettext_noop("What they are to do otherwise is not said"),
        why=gettext_noop(
            "Effect is that somebody does something else than before. Without it there "
            "is nothing to look for."
        ),
        do=gettext_noop(
            "Write one thing that they would do: apply in time, look at the map before they call."
        ),
    ),
    "group-without-description": RuleWords(
        title=gettext_noop("Who they are is not said"),
        why=gettext_noop("A name alone means different people to each reader."),
        do=gettext_noop("Describe them so that a new colleague would recognise one."),
    ),
    "group-without-place": RuleWords(
        title=gettext_noop("Where they are is not said"),
        why=gettext_noop("Channels are chosen by where people are, not by where we like to be."),
        do=gettext_noop("Write where they talk and read already, also outside social media."),
    ),
    "group-without-size": RuleWords(
        title=gettext_noop("How many they are is not said"),
        why=gettext_noop("Ten people are called; ten thousand need a channel."),
        do=gettext_noop("A rough number is enough."),
    ),
    "group-without-priority": RuleWords(
        title=gettext_noop("Whether they come first or last is not said"),
        why=gettext_noop("On a busy day the loudest group wins, not the most important one."),
        do=gettext_noop("Choose high, medium or low."),
    ),
    "nothing-comes-first": RuleWords(
        title=gettext_noop("Everyone comes first"),
        found=gettext_noop("All %(count)s groups have high priority."),
        why=gettext_noop(
            "To choose is to say who waits. Without that the choice is made by whoever "
            "is at work that day."
        ),
        do=gettext_noop("Keep high for two or three groups."),
    ),
}

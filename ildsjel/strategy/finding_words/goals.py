"""The words of the rules about goals and their measures."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "goal-without-owner": RuleWords(
        title=gettext_noop("Nobody in management owns this goal"),
        why=gettext_noop(
            "A goal without an owner is a wish. When hours are short, nobody defends it."
        ),
        do=gettext_noop("Ask the manager whose budget gains from it to own it."),
    ),
    "goal-owner-not-management": RuleWords(
        title=gettext_noop("The goal's owner is not in management"),
        found=gettext_noop("It is %(person)s."),
        why=gettext_noop(
            "Who cannot give hours or money cannot answer for a goal, only work for it."
        ),
        do=gettext_noop("Let a manager own the goal, and the person the tactics."),
    ),
    "goal-without-measure": RuleWords(
        title=gettext_noop("Nothing shows whether the goal is reached"),
        why=gettext_noop(
            "Without a measure the work runs into the sand: nobody can show that it "
            "pays, or see in time that it does not."
        ),
        do=gettext_noop(
            "Ask: what would we see more or less of? Take something that is counted already."
        ),
    ),
    "goal-without-baseline": RuleWords(
        title=gettext_noop("Where we stand today is not known"),
        why=gettext_noop("Without a starting point any later number can be called progress."),
        do=gettext_noop(
            "Measure now, before anything begins; a rough count over two weeks is better than none."
        ),
    ),
    "goal-without-target": RuleWords(
        title=gettext_noop("How far we want to go is not said"),
        why=gettext_noop(
            "Without a target there is no way to say enough, and none to say too little."
        ),
        do=gettext_noop("Agree with the goal's owner on a number that would be worth the effort."),
    ),
    "goal-without-date": RuleWords(
        title=gettext_noop("The goal has no date"),
        why=gettext_noop(
            "A goal without a date is never late, so nobody hurries and nothing is ever stopped."
        ),
        do=gettext_noop("Set the day on which you will look whether it was reached."),
    ),
    "measure-without-source": RuleWords(
        title=gettext_noop("Nothing feeds the measure"),
        why=gettext_noop(
            "A measure that nobody fetches numbers for is forgotten after the first report."
        ),
        do=gettext_noop(
            "Name the system or list that the number comes from, and who takes it out."
        ),
    ),
    "measure-without-unit": RuleWords(
        title=gettext_noop("The measure has no unit"),
        why=gettext_noop(
            "85 can be per cent, minutes or people, and will be read as each of them."
        ),
        do=gettext_noop("Write what is counted: per cent, calls a month, applicants."),
    ),
    "measure-without-rhythm": RuleWords(
        title=gettext_noop("How often the measure is read is not said"),
        why=gettext_noop("What is read once a year tells you too late."),
        do=gettext_noop("Choose week, month, quarter or year."),
    ),
    "baseline-without-date": RuleWords(
        title=gettext_noop("When the starting point was measured is not said"),
        why=gettext_noop(
            "The path from there to the target cannot be drawn, so being late is seen "
            "only at the end."
        ),
        do=gettext_noop("Write the day or the end of the period that the number is from."),
    ),
    "measure-counts-attention": RuleWords(
        title=gettext_noop("The measure counts attention, not effect"),
        found=gettext_noop("It counts “%(word)s”."),
        why=gettext_noop(
            "Followers and reach can grow while nothing gets better for anyone. "
            "Management cannot use them."
        ),
        do=gettext_noop(
            "Ask what they should do then, and count that: fewer calls, more applicants, "
            "answers in time."
        ),
    ),
    "goal-standing-still": RuleWords(
        title=gettext_noop("The target is where we already are"),
        found=gettext_noop("Starting point and target are both %(target)s %(unit)s."),
        why=gettext_noop("Then the goal is reached today, and the effort has nothing to do."),
        do=gettext_noop(
            "Correct the number, or say that holding the level is the goal, with what it "
            "would fall to otherwise as starting point."
        ),
    ),
    "goal-overdue": RuleWords(
        title=gettext_noop("The goal's date has passed"),
        found=gettext_noop("It was to be reached by %(due)s."),
        why=gettext_noop(
            "A date that passes without a word tells everyone that dates do not matter here."
        ),
        do=gettext_noop(
            "Say whether it was reached, what you learned, and set the next target or "
            "take the goal away."
        ),
    ),
    "measure-silent": RuleWords(
        title=gettext_noop("No numbers have come for this goal"),
        found=gettext_noop("Nothing has come from %(measure_source)s for %(days)s days or more."),
        why=gettext_noop(
            "The plan says that it is measured, and nobody does. What is not looked at "
            "is not steered."
        ),
        do=gettext_noop("Fetch the newest number now, and give somebody the task with a date."),
    ),
    "goal-behind": RuleWords(
        title=gettext_noop("The goal is behind its path"),
        found=gettext_noop(
            "On %(at)s it stood at %(value)s %(unit)s; on the way to %(target)s it "
            "should have been %(expected)s."
        ),
        why=gettext_noop(
            "There is still time to change what is done. At the due date there is not."
        ),
        do=gettext_noop(
            "Look at the tactics for this goal: which have an effect, which could be "
            "stopped, what has not been tried?"
        ),
    ),
    "goal-without-tactic": RuleWords(
        title=gettext_noop("Nothing is done for this goal"),
        why=gettext_noop(
            "It stands in the plan and nobody works on it, which teaches people that the "
            "plan does not count."
        ),
        do=gettext_noop("Choose a tactic for it, or say openly that it waits."),
    ),
    "goal-without-activity": RuleWords(
        title=gettext_noop("Nothing has happened for this goal"),
        found=gettext_noop("No conversation and no post was tied to it."),
        why=gettext_noop(
            "There are tactics for it on paper. Either they are not carried out, or "
            "nobody notes what they are for."
        ),
        do=gettext_noop("Ask the owners of the tactics what stands in the way."),
    ),
    "value-without-assumption": RuleWords(
        title=gettext_noop("The value rests on nothing"),
        found=gettext_noop("One unit is said to be worth %(amount)s %(currency)s."),
        why=gettext_noop(
            "The first time the finance manager asks where the number comes from, all "
            "the others lose their worth too."
        ),
        do=gettext_noop("Write in one sentence how it was worked out, and by whom."),
    ),
    "value-without-amount": RuleWords(
        title=gettext_noop("What one unit is worth is not said"),
        why=gettext_noop(
            "There is an assumption about value without an amount, so effect cannot be "
            "shown in money."
        ),
        do=gettext_noop("Put in a careful amount, or take the value away."),
    ),
    "goal-without-alternative": RuleWords(
        title=gettext_noop("Nobody has asked how far we come without social media"),
        why=gettext_noop(
            "If a clearer letter or a better web page does the job, that is cheaper than "
            "a new channel for ever."
        ),
        do=gettext_noop("Write what else would bring the goal nearer, and why it is not enough."),
    ),
    "goal-without-why": RuleWords(
        title=gettext_noop("Why the goal matters is not said"),
        why=gettext_noop("Those who know why find better ways than those in the plan."),
        do=gettext_noop(
            "Write one sentence: what gets better for the organisation when it is reached."
        ),
    ),
    "goal-without-kind": RuleWords(
        title=gettext_noop("What kind of goal it is is not said"),
        why=gettext_noop(
            "Goals about revenue, cost and trust are measured and valued in different ways."
        ),
        do=gettext_noop("Choose the kind that fits best."),
    ),
    "too-many-goals": RuleWords(
        title=gettext_noop("There are too many goals to choose between"),
        found=gettext_noop("The plan has %(count)s goals of the highest level."),
        why=gettext_noop(
            "Who has more than seven goals has none: each day somebody decides what "
            "comes first, each in their own way."
        ),
        do=gettext_noop("Put some under others as parts of them, or let some wait a year."),
    ),
}

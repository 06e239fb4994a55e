"""The words of the rules about the plan as a whole, its guardrails, reviews and sign-off."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "plan-without-goals": RuleWords(
        title=gettext_noop("The plan has no goals"),
        why=gettext_noop(
            "Social media are means. Without a goal nobody can say what the time spent "
            "is good for, or when to stop."
        ),
        do=gettext_noop(
            "Begin with one thing that management wants to achieve this year, and leave "
            "the channels for later."
        ),
    ),
    "plan-without-groups": RuleWords(
        title=gettext_noop("The plan is for nobody in particular"),
        why=gettext_noop(
            "Who is to be reached decides which channel, which words and which hours. "
            "What is for everyone reaches few."
        ),
        do=gettext_noop(
            "Name the two or three groups that matter most for the goals: who they are, "
            "what they need, where they are."
        ),
    ),
    "plan-without-purpose": RuleWords(
        title=gettext_noop("The plan does not say what it is for"),
        why=gettext_noop(
            "One sentence that everyone can repeat does more for a shared direction than ten pages."
        ),
        do=gettext_noop("Write one or two sentences: what will be better, and for whom."),
    ),
    "plan-without-currency": RuleWords(
        title=gettext_noop("There are amounts, but no currency"),
        why=gettext_noop(
            "A number without a currency will be read wrongly by the next person who adds it up."
        ),
        do=gettext_noop("Write the currency of the plan, as NOK, SEK, DKK or EUR."),
    ),
    "posts-without-goal": RuleWords(
        title=gettext_noop("Many posts serve no goal"),
        found=gettext_noop(
            "%(posts)s of %(all)s posts (%(share)s per cent) were not tied to a goal."
        ),
        why=gettext_noop(
            "They take the same hours as the others, and nobody can say what they gave."
        ),
        do=gettext_noop(
            "Go through the latest of them: tie them to a goal, or stop making that kind."
        ),
    ),
    "no-guardrails": RuleWords(
        title=gettext_noop("Nothing says who may do what"),
        why=gettext_noop(
            "Without agreed rules the careful ones ask about everything and the bold "
            "ones about nothing."
        ),
        do=gettext_noop(
            "Agree on three short lists: what anyone may do, what two must look at, what "
            "only the press officer says."
        ),
    ),
    "nothing-free": RuleWords(
        title=gettext_noop("Nobody may do anything without asking"),
        why=gettext_noop(
            "Rules that are too strict choke what is spontaneous, and answers come too late."
        ),
        do=gettext_noop(
            "Write down what every employee may do at once, such as thanking, helping "
            "and correcting a fact."
        ),
    ),
    "nothing-four-eyes": RuleWords(
        title=gettext_noop("Nothing is looked at by two"),
        why=gettext_noop(
            "Some things cannot be taken back: a name, a promise of money, an apology. A "
            "second pair of eyes costs a minute."
        ),
        do=gettext_noop("Name what two people must have seen before it goes out."),
    ),
    "nothing-press-officer": RuleWords(
        title=gettext_noop("Nothing is kept for the press officer"),
        why=gettext_noop(
            "In an accident or a case about a person, one voice is needed; several "
            "well-meant ones make it worse."
        ),
        do=gettext_noop("Name the few topics on which only the press officer speaks."),
    ),
    "guardrail-without-kind": RuleWords(
        title=gettext_noop("This rule does not say whom it binds"),
        why=gettext_noop(
            "People read it as they like, and the careful and the bold in different ways."
        ),
        do=gettext_noop("Choose: anyone, four eyes, or only the press officer."),
    ),
    "no-review-ahead": RuleWords(
        title=gettext_noop("No review is planned"),
        why=gettext_noop(
            "A plan that nobody takes out again is out of date within a year, and "
            "nothing is ever stopped."
        ),
        do=gettext_noop(
            "Put a date for the next review into the plan, with those who can decide to "
            "change or stop."
        ),
    ),
    "review-far-off": RuleWords(
        title=gettext_noop("The next review is far off"),
        found=gettext_noop("The next one is due on %(date)s."),
        why=gettext_noop(
            "Media and people change faster than that. Small corrections twice a year "
            "are cheaper than a new plan."
        ),
        do=gettext_noop("Plan a review within six months, an hour is enough."),
    ),
    "review-overdue": RuleWords(
        title=gettext_noop("A review was not held"),
        found=gettext_noop("It was due on %(date)s, %(days)s days ago."),
        why=gettext_noop(
            "What does not work goes on until somebody decides otherwise, and this is "
            "where it is decided."
        ),
        do=gettext_noop("Hold it this week, or set a new date and say why."),
    ),
    "review-without-date": RuleWords(
        title=gettext_noop("The review has no date"),
        why=gettext_noop("What has no date is not done."),
        do=gettext_noop("Set the date, and invite those who decide."),
    ),
    "review-without-decision": RuleWords(
        title=gettext_noop("The review ended without a decision"),
        found=gettext_noop("It was held on %(date)s."),
        why=gettext_noop("Then nobody knows whether to go on, and everybody goes on as before."),
        do=gettext_noop("Write down what was decided: continue, change or stop."),
    ),
    "review-without-lesson": RuleWords(
        title=gettext_noop("Nothing is noted from the review"),
        found=gettext_noop("It was held on %(date)s."),
        why=gettext_noop("Next time the same discussion is held again, by others."),
        do=gettext_noop("Write two sentences: what worked, and what you would do otherwise."),
    ),
    "plan-not-signed": RuleWords(
        title=gettext_noop("Management has not signed the plan"),
        found=gettext_noop("The version to sign is %(version)s."),
        why=gettext_noop(
            "An effort that rests on single enthusiasts ends with them. Signed, it is "
            "the organisation's, with its hours and money."
        ),
        do=gettext_noop(
            "Go through the serious findings with the manager who owns the goals, and "
            "have the plan signed."
        ),
    ),
    "plan-changed": RuleWords(
        title=gettext_noop("The plan has changed since it was signed"),
        found=gettext_noop("Signed on %(date)s was version %(signed)s; this is %(version)s."),
        why=gettext_noop("Management stands behind what it signed, not behind what came later."),
        do=gettext_noop("Show what has changed, and have it signed again."),
    ),
    "signed-without-management": RuleWords(
        title=gettext_noop("The plan was not signed by management"),
        found=gettext_noop("%(person)s signed, and is not marked as management."),
        why=gettext_noop("Whoever signs must be able to give hours and money, and to say stop."),
        do=gettext_noop("Have it signed by somebody in management, or mark the person as such."),
    ),
    "sign-off-old": RuleWords(
        title=gettext_noop("The plan was signed long ago"),
        found=gettext_noop("It was signed on %(date)s."),
        why=gettext_noop(
            "Managers, budgets and priorities have changed since. Support that is not "
            "renewed fades."
        ),
        do=gettext_noop("Review the plan with management and have it signed anew."),
    ),
    "acceptance-incomplete": RuleWords(
        title=gettext_noop("Something was accepted without reason, date or name"),
        found=gettext_noop("It is about %(accepted_rule)s, %(accepted_element)s."),
        why=gettext_noop(
            "To live with a weakness is a decision. Without a reason and a date it is "
            "only silence, so the finding stays."
        ),
        do=gettext_noop("Say why, until when and who decided, or take the acceptance away."),
    ),
    "acceptance-idle": RuleWords(
        title=gettext_noop("Something is accepted that is not there"),
        found=gettext_noop("Nothing is found under %(accepted_rule)s for %(accepted_element)s."),
        why=gettext_noop(
            "It has been mended, or the name of the rule is not right. Left there, it "
            "could silence a later finding unseen."
        ),
        do=gettext_noop("Take it away, or correct the name."),
    ),
}

"""The words of the rules about channels and their promises."""

from django.utils.translation import gettext_noop

from ildsjel.strategy.finding_words.shape import RuleWords

WORDS = {
    "channel-without-goal": RuleWords(
        title=gettext_noop("We are here without a goal"),
        why=gettext_noop(
            "“We must be there” is no reason. The channel takes hours every week, and "
            "nothing can show whether it is worth them."
        ),
        do=gettext_noop("Name the goals that it serves, or decide not to be there."),
    ),
    "channel-without-owner": RuleWords(
        title=gettext_noop("Nobody owns this channel"),
        why=gettext_noop(
            "People write here and expect an answer. What nobody owns is answered by "
            "chance, and first of all in a crisis it shows."
        ),
        do=gettext_noop("Name one person with the hours and the right to decide here."),
    ),
    "channel-without-group": RuleWords(
        title=gettext_noop("For whom we are here is not said"),
        why=gettext_noop("Tone, hours and topics follow from who is here."),
        do=gettext_noop("Name the groups, after a look at who really writes here."),
    ),
    "channel-without-deputy": RuleWords(
        title=gettext_noop("Nobody takes over when the owner is away"),
        why=gettext_noop("Holidays and illness come, and people go on writing."),
        do=gettext_noop(
            "Name a deputy, and let the deputy have it for a week while the owner is there."
        ),
    ),
    "channel-deputy-is-owner": RuleWords(
        title=gettext_noop("Owner and deputy are the same person"),
        found=gettext_noop("It is %(person)s."),
        why=gettext_noop("Then there is no deputy, and the form only looks filled in."),
        do=gettext_noop("Name another person."),
    ),
    "channel-without-hours": RuleWords(
        title=gettext_noop("No time is set aside for this channel"),
        why=gettext_noop(
            "What has no hours is done in the evening by somebody who cares, until they "
            "no longer do."
        ),
        do=gettext_noop("Count a normal week, and agree on the hours a month with the manager."),
    ),
    "channel-without-exit": RuleWords(
        title=gettext_noop("When we leave is not said"),
        why=gettext_noop(
            "Without a criterion set beforehand no channel is ever closed, and each new "
            "one comes on top."
        ),
        do=gettext_noop("Write what must be seen by when for you to stay."),
    ),
    "channel-without-tactic": RuleWords(
        title=gettext_noop("Nothing is done on this channel"),
        why=gettext_noop(
            "It has a mandate, and no tactic uses it. An open door with nobody behind it "
            "is worse than a wall."
        ),
        do=gettext_noop("Say what you do here, for whom; or close the channel in good order."),
    ),
    "channel-without-why": RuleWords(
        title=gettext_noop("Why we are here is not said"),
        why=gettext_noop(
            "When somebody asks to close the channel, or to open three more, there is "
            "nothing to hold on to."
        ),
        do=gettext_noop("Write one sentence: why here, and not somewhere else?"),
    ),
    "channel-without-tone": RuleWords(
        title=gettext_noop("How we sound here is not said"),
        why=gettext_noop(
            "Five colleagues answer with five voices, and the public meets a stranger each time."
        ),
        do=gettext_noop("Write two sentences, and an example of an answer you are proud of."),
    ),
    "channel-without-cost": RuleWords(
        title=gettext_noop("What the channel costs is not said"),
        why=gettext_noop("Effect can only be weighed against cost. 0 is an answer too."),
        do=gettext_noop("Write advertising, tools and agencies a month; 0 where there are none."),
    ),
    "channel-without-network": RuleWords(
        title=gettext_noop("Which network the channel is on is not said"),
        why=gettext_noop("What happens there cannot be counted for this channel then."),
        do=gettext_noop("Write the network: facebook, instagram, linkedin, bluesky, mail …"),
    ),
    "channel-without-address": RuleWords(
        title=gettext_noop("The channel has no address"),
        why=gettext_noop(
            "People cannot check that it is ours, and a false account is noticed late."
        ),
        do=gettext_noop("Write the address or the name of the account."),
    ),
    "channel-silent": RuleWords(
        title=gettext_noop("Nothing happens on this channel"),
        found=gettext_noop("No conversation and no post was counted here."),
        why=gettext_noop("We say that we are here. Who comes in sees a room that was left."),
        do=gettext_noop(
            "Ask whether the exit criterion is met. If so, close it and say where you "
            "are to be found."
        ),
    ),
    "absence-without-reason": RuleWords(
        title=gettext_noop("Why we are not here is not said"),
        why=gettext_noop(
            "Not to be there is a good choice when there is a reason. Without one the "
            "question comes back every month."
        ),
        do=gettext_noop("Write the reason so that a politician or a customer could be given it."),
    ),
    "absence-without-date": RuleWords(
        title=gettext_noop("When to look at this again is not said"),
        why=gettext_noop("The group may move there, and a good no becomes an old no."),
        do=gettext_noop("Set a date, a year ahead at the most."),
    ),
    "absence-due": RuleWords(
        title=gettext_noop("It is time to look at this channel again"),
        found=gettext_noop("It was to be looked at on %(date)s."),
        why=gettext_noop("The reason not to be there may no longer hold."),
        do=gettext_noop("Ask the group, decide again, and set the next date."),
    ),
    "absence-broken": RuleWords(
        title=gettext_noop("Something happens where the plan says we are not"),
        found=gettext_noop("There were %(conversations)s conversations and %(posts)s posts."),
        why=gettext_noop(
            "Somebody speaks in our name without mandate, deputy or promise, or people "
            "write to us and nobody reads."
        ),
        do=gettext_noop(
            "Find out who it is. Then either give the channel a mandate, or close it in good order."
        ),
    ),
    "channel-unplanned": RuleWords(
        title=gettext_noop("A channel is in use that the plan does not name"),
        found=gettext_noop(
            "On %(channel)s there were %(conversations)s conversations and %(posts)s posts."
        ),
        why=gettext_noop("It has no goal, owner or promise, and still people meet us there."),
        do=gettext_noop("Give it a mandate, or write down that you are not there and why."),
    ),
    "stopped-but-here": RuleWords(
        title=gettext_noop("It was decided to stop, and we are still here"),
        found=gettext_noop("“%(review)s” decided it on %(date)s."),
        why=gettext_noop("A decision that is not carried out costs more trust than none."),
        do=gettext_noop(
            "Tell people where to find you, close the channel, and write the reason into the plan."
        ),
    ),
    "no-channel-turned-down": RuleWords(
        title=gettext_noop("No channel has been turned down"),
        found=gettext_noop("The plan is on %(count)s channels, and says no to none."),
        why=gettext_noop(
            "Not to be somewhere is as much a choice as being there. Unsaid, it will be "
            "made by whoever is keen that day."
        ),
        do=gettext_noop(
            "Write down one channel that you have considered and left, with the reason "
            "and a date to look again."
        ),
    ),
    "channel-without-promise": RuleWords(
        title=gettext_noop("How soon we answer here is not said"),
        why=gettext_noop(
            "People expect an answer now. What we have not promised, they decide for themselves."
        ),
        do=gettext_noop(
            "Choose a time that you can keep on the worst Monday, and say it on the channel."
        ),
    ),
    "promise-without-hours": RuleWords(
        title=gettext_noop("There is a promise, but nobody is there"),
        found=gettext_noop(
            "An answer is promised within %(minutes)s, and there are no opening hours."
        ),
        why=gettext_noop("A promise is only as good as the hours behind it."),
        do=gettext_noop("Write when somebody is there to answer."),
    ),
    "promise-beyond-hours": RuleWords(
        title=gettext_noop("The opening hours cannot keep the promise"),
        found=gettext_noop(
            "An answer is promised within %(minutes)s by the clock, and nobody is there "
            "for up to %(closed_minutes)s."
        ),
        why=gettext_noop("It is broken every evening and every weekend, in front of everyone."),
        do=gettext_noop(
            "Promise within opening hours and say when they are, or let somebody be on duty."
        ),
    ),
    "promise-beyond-time": RuleWords(
        title=gettext_noop("The time set aside cannot keep the promise"),
        found=gettext_noop(
            "To answer within %(minutes)s somebody must look in so often that it takes "
            "%(needed_hours)s hours a month, at three minutes a look; the channel has "
            "%(hours)s."
        ),
        why=gettext_noop(
            "Not one answer has been written then. The promise will be kept in free "
            "time, or not at all."
        ),
        do=gettext_noop(
            "Promise less, share the watch with a desk that is open anyway, or give it more hours."
        ),
    ),
    "promise-broken": RuleWords(
        title=gettext_noop("The promise is not kept"),
        found=gettext_noop(
            "%(late)s of %(answers)s first answers (%(share)s per cent) came later than "
            "%(minutes)s."
        ),
        why=gettext_noop(
            "A promise that is broken publicly is worse than a slower one that is kept."
        ),
        do=gettext_noop(
            "Look at when they were late. Move hours there, or promise what you can keep."
        ),
    ),
}

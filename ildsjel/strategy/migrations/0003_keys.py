from django.db import migrations

from ildsjel.engine.plan.document import key_for


def give_keys(apps, schema_editor):
    """What was in the plan gets keys, goals' owners become people of it, and it has a head."""
    named = {"Goal": "statement", "StakeholderGroup": "name"}
    for name, column in named.items():
        taken, places = {}, {}
        for row in apps.get_model("strategy", name).objects.order_by("position", "pk"):
            keys = taken.setdefault(row.organisation_id, set())
            row.key = key_for(getattr(row, column), keys)
            keys.add(row.key)
            row.position = places[row.organisation_id] = places.get(row.organisation_id, 0) + 1
            row.save(update_fields=["key", "position"])
            _head(apps, row.organisation)
    _name_owners(apps)


def _head(apps, organisation):
    head = apps.get_model("strategy", "PlanHead")
    head.objects.get_or_create(
        organisation=organisation, defaults={"said": {"language": organisation.language}}
    )


def _name_owners(apps):
    people, taken = {}, {}
    person = apps.get_model("strategy", "PlanPerson")
    goals = apps.get_model("strategy", "Goal").objects.exclude(owner=None)
    for goal in goals.select_related("owner__user").order_by("position", "pk"):
        if goal.owner_id not in people:
            keys = taken.setdefault(goal.organisation_id, set())
            name = (goal.owner.user.name or goal.owner.user.email)[:200]
            people[goal.owner_id] = person.objects.create(
                organisation_id=goal.organisation_id,
                key=key_for(name, keys),
                position=len(keys) + 1,
                name=name,
                member_id=goal.owner_id,
            )
            keys.add(people[goal.owner_id].key)
        goal.said = goal.said | {"owner": people[goal.owner_id].key}
        goal.save(update_fields=["said"])


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_the_plan")]
    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]

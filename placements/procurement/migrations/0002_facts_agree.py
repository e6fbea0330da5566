"""An offer, a choice and a placement belong to the inquiry's own case."""

from django.db import migrations

FORWARD = """
create unique index inquiry_and_case on procurement_inquiry (id, case_id);
create unique index offer_and_inquiry on procurement_offer (id, inquiry_id);
alter table procurement_offer
    add constraint offer_of_the_same_case foreign key (inquiry_id, case_id)
        references procurement_inquiry (id, case_id) deferrable initially deferred;
alter table procurement_inquiry
    add constraint chosen_among_its_own foreign key (chosen_id, id)
        references procurement_offer (id, inquiry_id) deferrable initially deferred,
    add constraint inquiry_placed_in_its_case foreign key (placement_id, case_id)
        references placements_placement (id, case_id) deferrable initially deferred;
"""
BACKWARD = """
alter table procurement_inquiry
    drop constraint inquiry_placed_in_its_case, drop constraint chosen_among_its_own;
alter table procurement_offer drop constraint offer_of_the_same_case;
drop index offer_and_inquiry;
drop index inquiry_and_case;
"""


class Migration(migrations.Migration):
    dependencies = [("procurement", "0001_inquiries"), ("placements", "0009_end_says_which")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

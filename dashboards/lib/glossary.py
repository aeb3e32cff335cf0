"""What the figures of each page mean, in words, for the definitions at its foot.

The figures of the weekly page have their formulas in ``measures.py``; those of the other pages are here.
"""

from __future__ import annotations

from dashboards.lib.measures import MEASURES

Words = tuple[tuple[str, str], ...]

_OPEN: Words = (
    ("Open", "The item's amount less what was set against it by the day."),
    ("Days past due", "The day in view less the due day; overdue from 1. Due on the day itself is not overdue."),
    ("Overdue", "Open amounts above zero whose due day has passed; unapplied cash is never netted into it."),
    (
        "Unapplied, credits",
        "Whatever is open below zero: cash, deposits and credit notes not yet set against an invoice.",
    ),
    ("Disputed", "The disputed part of what is open: the smaller of the dispute's amount and the open amount."),
)
_RISK: Words = (
    ("Exposure", "What could be lost on the day: open items and what is like them, less deposits and unapplied cash."),
    ("Limit", "Own and temporary limits valid on the day, in the main reporting currency."),
    ("Insured", "The smaller of what may be insured and the insurer's limit, times the cover."),
    ("Own risk", "Exposure less what is insured."),
    (
        "Risk tier",
        "A (best) to E, from the score by the policy's boundaries; it holds until the score is clearly past one.",
    ),
    ("Risk score", "Points by the policy's scorecard: how they pay and, where known, whether they can."),
)
_KPIS: Words = (
    *((measure.long, f"{measure.whole} {measure.formula}.") for measure in MEASURES.values()),
    ("Target", "The cash to collect in the month, as loaded; of all entities, the sum of those that have one."),
    ("By segment, owner, group …", "Customers as they are described now; by document currency, their documents."),
    ("In no group", "Customers that stand alone, together. A group is two customers or more."),
    ("Not given", "Customers of whom the source does not say it."),
)

REJECT_STATES: dict[str, tuple[str, str]] = {
    "open": ("Open", "Not taken, so not in the books, until it is mended, or dismissed."),
    "dismissed": ("Dismissed", "Somebody has said that it need not be in the books; with who, when and why."),
    "mended": ("Mended", "In the books after all: mended and loaded again."),
    "past": ("Past", "A newer file of its part has replaced the one it stood in, or its load was withdrawn."),
    "questioned": ("Questioned", "Taken, and odd: a due day before the document's own day, for one."),
}
"""What has become of rows with findings: a name and what it means."""

DRIFTS: dict[str, tuple[str, str]] = {
    "vanished": (
        "The column is gone",
        "Ask whoever makes the export whether it was left out or renamed; a new name wants a line in the mapping.",
    ),
    "appeared": ("A column is new", "Nothing, unless it holds what you need: then name it in the mapping."),
    "emptied": (
        "Many more rows are empty",
        "Look into the file: an export profile or a right of the exporting user may have changed. Export it again.",
    ),
    "retyped": (
        "The values are written otherwise",
        "Compare a few rows with the file before: a new form of days or numbers, or new codes. Correct the mapping.",
    ),
    "new values": (
        "Codes never seen before",
        "Ask what they mean, and name them in the mapping where it translates codes.",
    ),
    "turned": (
        "Amounts have the other sign",
        "Compare a known invoice: if the export has turned its signs, say `sign` in the mapping, and unload the load.",
    ),
    "scaled": (
        "Amounts are of another size",
        "Compare a known invoice: a lost decimal mark makes them 100 times larger. Unload the load if it is wrong.",
    ),
}
"""What may have changed in a column: its name for readers, and what to do."""

ALERT_KINDS: dict[str, tuple[str, str]] = {
    "tier_worsened": (
        "Tier worse than a week ago",
        "The risk tier fell since the week before; how far it must fall depends on who is told.",
    ),
    "exposure_after_freeze": (
        "Exposure rose after a freeze",
        "The tier stops deliveries on credit, or an incident froze a new customer, and yet more is owed: find out why.",
    ),
    "cover_cut": (
        "The insurer cut its limit",
        "The insurer's limit went down in the last days, by this amount: decide on open orders, ask for security.",
    ),
    "notification_due": (
        "The insurer must be notified",
        "An insured item stays unpaid and its last day to notify is near: without a notice the cover ends.",
    ),
    "large_invoice_due": (
        "A large invoice falls due",
        "A large open amount falls due in the next days: a friendly call now is cheaper than a reminder later.",
    ),
}
"""Each kind of alert by its code: its name, and what it means."""

PAGES: dict[str, Words] = {
    "Weekly KPIs": _KPIS,
    "Figure": _KPIS,
    "Ageing": (
        *_OPEN,
        ("Slabs", "Days past due, from 1 on; the last slab is open-ended. By the invoice day: days since it."),
        ("As agreed", "What is open by the week of its due day, from the build's own day on."),
        ("As customers pay", "The due day and the customer's days beyond terms over 52 weeks, not before tomorrow."),
        ("Balance", "Not due, all overdue slabs and credits together: what the customer owes."),
    ),
    "Watch list": (
        ("On the list", "Customers for whom a rule of seeds/watch_rules.csv holds; its heaviest reason comes first."),
        ("Came in, left", "Against the list of the week before; who left did so because no rule holds any more."),
        *_RISK[:4],
        (
            "Seriously late, of the tier",
            "Of what the tier's customers of a year before had falling due since, the share that stayed unpaid beyond "
            "the days of grace. No tier counts as less than a better one; one that had nobody then counts as the worst "
            "of the better ones.",
        ),
        (
            "Expected loss",
            "Own risk × the tier's seriously-late rate: what the list is ranked by. An order of urgency, of the "
            "customer in all entities; no provision.",
        ),
        (
            "Set aside",
            "A note says that the account is reviewed until a day to come, and no reason holds that the review did not "
            "know: nobody works on it until then. Back on the list on that day, or with the first new reason.",
        ),
        (
            "Insolvent, apart",
            "Proceedings are open: the claim is filed, nobody is called. In no other figure of the list.",
        ),
        (
            "Within capacity",
            "The first accounts of each collector by expected loss, as many as seeds/team_capacity.csv gives a week; "
            "ranked over all entities.",
        ),
        ("To decide", "What the heaviest reason asks for, from seeds/watch_rules.csv."),
        (
            "Next step, by",
            "The next stage of seeds/dunning_plan.csv by the pace of the tier, and its day counted from the oldest "
            "overdue item; a day gone by is overdue work.",
        ),
        ("Limit used", "Used ÷ granted on the build's day; above 100 % is an excess."),
        ("Not provided", "A dash, never a zero: nothing was loaded that says it."),
        (
            "Last payment, last contact",
            "The newest day money came in, and the newest action but notices to an insurer.",
        ),
        ("Promise", "The open promise due first, else the last one: its day, amount, and whether it was kept."),
        ("Status, note, back on", "As the team last wrote on the customer's page, and the day to come back to it."),
        ("Insurer by", "The last day to notify the insurer of the customer's most urgent item."),
        ("Review by", "The limit's last review, else the day the account was opened, and the tier's review interval."),
        ("Oldest", "The most days past due of any open item."),
        *_RISK[4:],
        *_OPEN[2:3],
    ),
    "Alerts": (
        *ALERT_KINDS.values(),
        ("Recipient", "The customer's sales owner or collector, by name where one is given, or the management."),
        ("Amount", "What the rule's amount is held against: exposure, its rise, the cut, or what is open."),
        ("Day", "Of what happened, its day; of what is to come, the day it comes."),
        ("Which count", "From which amount, within how many days and for whom: seeds/alert_rules.csv."),
    ),
    "Exposure and cover": (
        *_RISK,
        ("Granted", "Own and temporary limits on their valid days; at the rate of the day in the main currency."),
        ("Expired", "The customer's own limit ended and none followed: what it owes has no limit to be held against."),
        (
            "Recommended limit",
            "Paid in 52 weeks ÷ 364 × (days agreed + days late) × the tier's factor, in whole steps; the row says it.",
        ),
        ("Recommended terms", "The shorter of the terms billed at and the longest that the tier allows."),
        ("Used, over", "Exposure ÷ limit, and exposure above it, in the limit's currency; shown at the limit's rate."),
        (
            "Deposits",
            "Received for orders not billed yet, of what these ask for in advance; without what the ledger holds "
            "already as unapplied.",
        ),
        ("Review by", "The last review of the limit and the tier's days between reviews."),
        ("Notify by", "The cover's days of notification after the due day; later, the item is no longer covered."),
        ("No cover binds it", "Its delivery fell outside a cover, or the cover was lost: the reason is said."),
        ("Not provided", "The optional table was never loaded: what rests on it is unknown, not zero."),
        ("Effective number", "1 ÷ Σ share²: as many members of equal size would be as concentrated."),
    ),
    "Orders": (
        (
            "To decide on",
            "Ordered, neither delivered nor billed, to be delivered within the policy's horizon.",
        ),
        ("Decision", "By the first rule of `order_rules` that holds: block, approve, or release where none does."),
        (
            "Exposure with it",
            "Exposure without open orders, plus this order and those of the customer with an earlier delivery.",
        ),
        ("Over", "That, above the limit: so the order that passes the limit is held, not those before it."),
        ("Times its usual order", "The order's amount ÷ the customer's mean order of the 365 days before."),
        ("Not signed", "Without a signed order on file, as the table of orders says; unknown is not counted."),
        ("Deposit missing", "The deposit asked for the order, less what of it came in."),
        ("Delivered, not billed", "With tax, of all entities; it counts as exposure from its delivery on."),
        (
            "Days unbilled",
            "From the delivery to the build's day: nobody reminds a customer of what it was never billed.",
        ),
        *_RISK[1:2],
        *_RISK[4:5],
    ),
    "Committee": (
        *_RISK,
        ("Over", "Exposure above the limit, in the limit's currency; in the main one at the limit's rate."),
        ("Recommended", "The limit that what was paid in 52 weeks, the days it takes and the tier recommend."),
        (
            "Expires, review due",
            "A limit's or cover's last day; the last review and the tier's days between two.",
        ),
        ("Outcome", "What became of a tier set by hand: running, justified, worse, or not borne out."),
        ("Migration", "Customers by their tier some weeks ago and now; new and gone customers apart."),
        ("Earlier default", "A debt under the same registration number was written off or fell into insolvency."),
        ("Proposed decision", "Words made of exposure, limit, recommendation, cover and tier: the committee decides."),
    ),
    "Decision memo": (
        *_RISK,
        ("Requested", "Credit asked for by a new customer, and open orders by the rule that decides on them."),
        ("Recommended", "The limit by payments, terms and tier, with its formula; terms and deposit by the tier."),
        ("Unusual ▲", "Above nine in ten of its own 52 weeks, or of the other customers of its segment now."),
        ("Points", "What a factor adds to its sub-score, of the most it can; missing ones add none and are named."),
        ("Proposed", "Words made of exposure, limit, recommendation, cover and tier: people decide, and sign."),
    ),
    "Back-test": (
        _RISK[-2],
        _RISK[-1],
        ("Quarter", "Scored at the last week's end before its first day, by what was known then."),
        ("Invoices due", "Invoices and debit notes posted in the weeks after that have matured; a part counts as one."),
        ("Late", "More than the tolerance was still open after the due day, as in the late-payment rate."),
        ("Seriously late", "Still open after the days of grace; of those whose days of grace are over."),
        ("AUC", "The chance that of a late invoice and one in time, the late one has the worse score; a tie is half."),
        ("95 %", "DeLong's interval, the invoices of one customer counted as one."),
        ("Past late rate", "Of what matured in the 52 weeks to the scoring, the share that was late, as known then."),
        ("Logistic regression", "Trained on the quarters before, on the same knowledge: a yardstick, never the score."),
        ("Expected", "The late rate of the band's invoices in the quarters before, as known by the scoring."),
    ),
    "Tiers": (
        *_RISK[:1],
        *_RISK[4:],
        ("Fell, rose", "Moved to a worse or a better tier between the two weeks; new and gone customers apart."),
        ("Set by hand", "A tier in effect instead of the score's, with a reason, an approver and a last day."),
        (
            "Outcome",
            "Of an ended override: justified where the score came to it, worse where the score or an invoice went the "
            "other way, else not borne out.",
        ),
    ),
    "New customers": (
        ("New", "Whoever asked for credit, and whoever bought for the first time within a year without asking."),
        ("Due day", "What falls due on one day; missed when any of it is late by the tolerance of the late rates."),
        ("Watched", "Until three due days in a row were kept; then graduated, and the limit granted counts whole."),
        ("Limit now", "A share of the limit granted: up a step with each due day kept, down with each missed."),
        (
            "Frozen",
            "An incident while watched: a bounce, a due day missed by too much, a red flag, an earlier default.",
        ),
        ("Above freeze", "Exposure above that at the end of the week of the incident."),
        ("No longer new", "A year has passed without three due days kept in a row: tier and limits decide."),
        ("Level", "1: known, with a good word; 2: unknown. Without one the rules of level 2 apply."),
        (
            "First payment",
            "The first due day: late, or later than the days of grace (30 by default), paid since or not.",
        ),
        ("Prospect", "Asked for credit, nothing billed yet: in no figure of receivables."),
    ),
    "Customer": (
        *_RISK,
        *_OPEN,
        ("Days beyond terms", "Σ cash × (receipt − due day) ÷ Σ cash over 52 weeks; early payment counts as negative."),
        ("Days after due", "The same for one payment, weighted by what it was applied to."),
        ("Not loaded yet", "A note in the file of notes; figures know of it after a refresh of its day or later."),
        ("Points", "What a factor adds to the score; more points, more risk. A missing factor adds none and is said."),
        ("Behaviour score", "Points of the factors that can be measured ÷ the points they can give, of 100."),
        ("Solvency score", "Points of what is known of the customer's means, added up, at most 100."),
        (
            "Stale",
            "Rests on payments of more than 13 weeks ago, or on a signal older than the policy lets it be fresh.",
        ),
    ),
    "Document": (
        *_OPEN,
        ("Days to pay", "The last receipt of cash less the invoice day; for an allocation, of this cash."),
        (
            "Days late, after due",
            "The last receipt of cash or posting of a credit less the due day; negative when early.",
        ),
        ("In effect from", "The latest of both documents' posting days and the day it was applied."),
        ("Base amount", "In the currency of the entity's books, at the document's own rate."),
    ),
    "Ledger": (
        ("Opening, closing", "The balance before the month and at its end; opening documents count in their opening."),
        ("Billed, credited", "Invoices and debit notes, credit notes, by posting day."),
        ("Collected, refunded, bounced", "Payments and deposits; money given back; payments the bank returned."),
        ("FX", "Exchange differences: settlements in another currency; in base also what was realised."),
        (
            "Explained, unexplained",
            "Of control account less receivables: what a reconciling item explains, and the rest.",
        ),
        ("Revalued", "What is open in a foreign currency, whole, at the rate of the build's day; a figure apart."),
        ("Statutory table I", "Issued invoices due and not settled at the financial year's end, by days late."),
        (
            "Statutory table II",
            "Issued invoices that were late at some time in the financial year, by how late they got.",
        ),
        ("Left out, disputed", "Invoices with a disputed part, whole: counted apart, in no column of delays."),
        ("As reported, restated", "What a publication said of a week, and what is known of it now."),
    ),
    "Data health": (
        ("Freshness", "Stale where nothing was loaded for longer than a week and a day."),
        ("Tests", "Checks of the build; it is published only where none failed."),
        ("Adds up", "Slabs, open items and receivables agree, per account, day and currency."),
        ("General ledger", "Tied where the newest balance of each control account leaves nothing unexplained."),
        ("Rejected rows", "Rows refused on loading that are open: not mended since, not dismissed, not past."),
        *REJECT_STATES.values(),
        *((name, meaning) for name, meaning in DRIFTS.values()),
        ("Due days given", "The share of due days the source gave; the rest come from the terms or the invoice day."),
    ),
}


def meaning(title: str, name: str) -> str:
    """What a figure of a page means. Raises ``KeyError`` where the page has no such word."""
    return dict(PAGES[title])[name]

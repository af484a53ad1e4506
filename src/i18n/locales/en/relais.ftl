# Texts shown to people. Same keys as in French.

## Fit
fit-need-is-to-confirm = the entry names only the family of needs: ask
fit-need-is-outside-first-public = outside the public served first
fit-need-is-excluded = this service does not answer this need
fit-status-is-to-confirm = ask whether it works
fit-status-is-outside-first-public = outside the public served first
fit-status-is-excluded = the service does not work at present
fit-capacity-is-to-confirm = waiting list or assessment first: ask
fit-capacity-is-outside-first-public = outside the public served first
fit-capacity-is-excluded = full
fit-criteria-is-to-confirm = criteria not coded or not known: read the entry and ask
fit-criteria-is-outside-first-public = outside the public served first
fit-criteria-is-excluded = excluded
fit-age-is-to-confirm = confirm the age
fit-age-is-outside-first-public = outside the public served first (age)
fit-age-is-excluded = age not accepted
fit-gender-is-to-confirm = confirm the gender
fit-gender-is-outside-first-public = outside the public served first (gender)
fit-gender-is-excluded = gender not accepted
fit-household-is-to-confirm = confirm the household
fit-household-is-outside-first-public = outside the public served first (household)
fit-household-is-excluded = household not accepted
fit-admin-status-is-to-confirm = confirm the administrative status
fit-admin-status-is-outside-first-public = outside the public served first (status)
fit-admin-status-is-excluded = administrative status not accepted
fit-situation-is-to-confirm = confirm the living situation
fit-situation-is-outside-first-public = outside the public served first (living situation)
fit-situation-is-excluded = living situation not accepted
fit-language-is-to-confirm = no common language known: ask for an interpreter
fit-language-is-outside-first-public = outside the public served first
fit-language-is-excluded = excluded
fit-freshness-is-to-confirm = old or outdated entry: call before referring
fit-freshness-is-outside-first-public = outside the public served first
fit-freshness-is-excluded = excluded

## Inputs
input-latitude = The latitude is a number from -90 to 90.
input-longitude = The longitude is a number from -180 to 180.
input-radius = The radius is a number of metres above 0, given together with a point “near”.
input-area-code = This is not the code of an area, such as FR-93055, TN-11 or LY002.
input-language = A language is given by its BCP 47 tag, such as fr, ar, ti or prs.
input-team-needed = Name the team that follows the case, by an id of one of your own teams.
input-spoken-code = A spoken code has six characters without 0, O, 1 and I; one is wrong or two are exchanged: ask for it again.
input-file-number = A file number has 2 to 24 letters, digits, dashes, slashes or dots, a digit among them; never a name.
input-idempotency-key = An idempotency key has 8 to 64 letters, digits, dashes or underscores.
input-unusable-text = The text holds a control character: type it again.
input-month = A month is written 2026-11.
input-month-range = The first month does not lie after the last one, and at most 24 months are asked for at once.
input-page-size = A page has 1 to 100 entries.
input-cursor = This cursor is of another query: start again at the first page.
input-deadline-past = The deadline lies in the past.
input-consent-expiry = A consent expires in the future, at most 365 days ahead.
input-consent-scope-empty = Name at least one field that the person agrees to have told.
input-explanation-missing = The risks, the recipients, the right to refuse and the right to withdraw must have been explained.
input-basis-for-adult = This ground of consent is for children.
input-need-not-offered = The service does not answer this need: choose another one, or another need.
input-place-of-service = The service is not given at this place.
input-start-in-future = The start lies between the sending and now.
input-outcome-of-event = This outcome does not belong to a completed referral.
input-result-of-record = This result comes from a referral and is not recorded by hand.
input-area-unknown = A case needs the code of an area, however large, such as FR or LY-TB.

## Consent
consent-other-recipient = The consent names another recipient: record one for this recipient.
consent-other-case = The consent is of another case.
consent-expired = The consent has lapsed: record a new one.
consent-withdrawn = The consent was withdrawn.
consent-fields-missing = The consent does not allow everything that the offer tells: { $fields }.
consent-consequences-not-explained = The known consequences of this service must be explained first.

## Recipient
recipient-never-a-recipient = Police, border and detention bodies never receive a referral.
recipient-not-vetted = The organisation is not vetted, or its information-sharing protocol has lapsed: call, and tell your coordinator.
recipient-service-not-open = The service is not open, or is gone from the directory.
recipient-capacity-to-confirm = The service is full or has told no capacity: confirm that you send all the same.
recipient-training-needed = Only trained staff refer to this service: ask your focal point.
recipient-specialisation-needed = This need is referred to specialised services only.
recipient-call-needed = An emergency is announced by phone first: call, then say so.

## Fields
field-age-band = age band
field-gender = gender
field-household = household
field-admin-status = administrative status
field-situation = living situation
field-languages = languages
field-area = commune
field-protection-flags = protection concerns

## Others
conflict = Somebody else changed this referral: read it again (version { $version }), then decide.
transition = This act is not possible in the present state.
key-reused = This idempotency key was used for another request: take a new one.

## Protection
protection-project-frozen = The project is frozen: reading goes on, nothing else. Two people thaw it.
protection-project-not-frozen = The project is not frozen.
protection-thaw-not-requested = Nobody has asked to thaw the project yet: ask first, and let somebody else confirm.
protection-second-person-needed = This takes two people, and the other one was you: ask a colleague.
protection-desk-unfit = A desk is a team of another project of the same organisation.
protection-second-factor-needed = Show your second factor again: it counts for five minutes.
protection-glass-too-often = The glass is broken at most three times in 24 hours: call the team.
protection-review-overdue = An earlier opening has waited more than 72 hours for its review: have it reviewed first.
protection-already-reviewed = It was reviewed before.
protection-already-answered = It was answered before.

# Texts of the pages. Same keys in all three languages.

## Frame
page-skip = Skip to the content
page-navigation = Navigation
page-quick-exit = Leave quickly
page-sign-out = Sign out
page-language = Language
page-back = Back
page-next = Continue

## Answers
page-not-found-title = Nothing here
page-not-found = This page does not exist, or no longer does.
page-foreign-form-title = Form refused
page-foreign-form = This form is too old or comes from elsewhere. Go back, reload the page and try again.
page-too-often-title = Too often
page-too-often = That was too often. Try again in { $number } s.
page-unavailable = The service cannot answer at present. Try again shortly.

## Sign in
page-sign-in = Sign in
page-sign-in-do = Sign in
page-handle = Handle
page-password = Password
page-have-enrolment-code = I have an enrolment code
page-second-factor = Second factor
page-code = Six-digit code
page-code-hint = It is in your authenticator app. Phone lost? Type one of your recovery codes here.
page-start-again = Start again
page-confirm = Confirm that it is you
page-confirm-why = What you sign in with changes only after a recent proof. Then ask again within five minutes.

## Sign-in by the identity provider
page-provider-sign-in = Sign in with { $name }
page-provider-somewhere = the account of your organisation
page-provider-unknown-title = Nobody has let you in yet
page-provider-unknown = You are known there, but no account here belongs to you. Ask those who look after Relais at your place:
page-provider-refused-title = You are not signed in
page-provider-refused = The sign-in took too long, was begun in another browser, or was not completed. Begin it anew.
page-provider-silent-title = No answer from the identity provider
page-provider-silent = It cannot be reached at present. Try again shortly.

## Enrolment
page-enrol = Activate my account
page-enrol-why = The administrator of Relais gave you the code. It works once, within 24 hours.
page-step-one = Step 1 of 2
page-enrolment-code = Enrolment code
page-new-password = New password
page-password-again = The same once more
page-password-hint = At least 12 characters. Four unrelated words will do.
page-second-factor-set-up = Add a second factor
page-second-factor-how = Read this picture with an authenticator app, then type the code that it shows.
page-picture = Picture to be read by the authenticator app
page-key-by-hand = Or type this key into the app:
page-code-shown = Code that the app shows
page-skip-second-factor = Go on without a second factor
page-recovery-codes = Recovery codes
page-recovery-codes-how = Should you lose your phone, each of these codes stands in once for the six-digit code. Write them on paper and keep them away from the phone.
page-shown-once = This is shown once only.
page-written-down = I have written it down

## Account
page-account = My account
page-who = Who I am
page-role = Role
page-organization = Organisation
page-teams = Teams
page-choose = Choose
page-present-password = Present password
page-change-password = Change the password
page-second-factor-is-set = A second factor is in place.
page-second-factor-is-not-set = There is no second factor.
page-second-factor-replace = Replace the second factor
page-recovery-codes-renew = New recovery codes
page-recovery-codes-left = Recovery codes left: { $number }
page-sessions = Open sessions
page-this-session = this one
page-session-opened = Opened on
page-session-seen = used on
page-end = End
page-tokens = API tokens
page-tokens-why = For programs. A token can never do more than you can, and there are ten at most.
page-token-new = Make a token
page-token-name = Name
page-token-days = Days that it lives (90 at most)
page-token-scopes = What it may be used for
page-token-make = Make
page-token-made = Token made
page-token-expires = Expires on
page-token-used = last used
page-never = never
page-revoke = Revoke

## A phone that a team shares
page-phone-enrol = Share this phone
page-phone-enrol-why = Whoever leads your project gave you a code for this phone. It works once, within 15 minutes.
page-phone-code = Code of the phone
page-phone-enrol-do = Share it
page-phone = This phone
page-phone-who = Who takes over?
page-phone-nobody = Nobody has signed in on this phone today. Each person signs in here once a day with password and second factor; after that the own PIN is enough.
page-phone-pin = Your PIN
page-phone-pin-hint = Six digits. Five wrong ones lock a PIN; then only password and second factor help, and a new PIN.
page-phone-switch = Take over
page-phone-full = Sign in with password and second factor
page-phone-back = Take over by PIN
page-phone-lock = Lock
page-phone-form-title = The phone has changed hands
page-phone-form = This form is of somebody who was at this phone before, or it is too old. Nothing was saved. Open the page again as yourself.
page-phone-ended-title = This phone is shared no more
page-phone-ended = It was revoked, or its time is over. Sign in with password and second factor. To share it again, ask whoever leads your project for a new code.
page-pin = PIN for a shared phone
page-pin-why = On a phone that your team shares: once you have signed in there with password and second factor, this PIN is enough for the day.
page-pin-is-not-set = You have no PIN.
page-pin-is-set = A PIN is set.
page-pin-is-locked = Somebody typed five wrong PINs: yours is locked on every phone. Set a new one. If it was not you, tell whoever leads your project.
page-pin-new = New PIN
page-pin-again = The same once more
page-pin-hint = Six digits, no row such as 123456 and no date.
page-pin-set = Set the PIN

## What is wrong
problem-sign-in = The handle or the password is wrong, or this account cannot be used.
problem-wait = Too many attempts. Try again in { $number } s.
problem-too-many-attempts = Too many attempts. Try again later.
problem-code-wrong = This code is wrong, was used before or has run out.
problem-enrolment-code = This enrolment code is wrong, was used before or has run out. Ask for another one.
problem-password-too-short = A password has at least 12 characters.
problem-password-too-long = A password has at most 256 characters.
problem-password-guessable = This password would be guessed soon. Try four unrelated words.
problem-passwords-differ = The two passwords are not the same.
problem-device-code = This code is wrong, was used before or has run out. Ask for another one.
problem-pin-wrong = That did not work: the PIN is wrong, or it cannot be used here now. After five wrong ones only password and second factor help.
problem-pin-form = A PIN has six digits.
problem-pins-differ = The two PINs are not the same.
problem-pin-guessable = This PIN would be among the first to be tried. Choose another one.
problem-pin-of-provider = Your identity provider’s groups decide over this account, so it has no PIN: sign in there each time.
problem-phone-at-severe-risk = At severe risk nobody shares a phone: sign in each time with password and second factor.
problem-token-name = A token has a name of 1 to 40 characters.
problem-token-scopes = Tick at least one thing that the token may be used for.
problem-token-days = A token lives from 1 to 90 days.
problem-token-of-provider = Your identity provider’s groups decide over this account, so it has no tokens: they would outlast your membership.
problem-token-count = You have ten tokens already: revoke one.

## Roles
role-caseworker = Caseworker
role-partner-agent = Partner agent
role-coordinator = Coordinator
role-protection-lead = Protection lead
role-partner-admin = Partner administrator
role-directory-editor = Directory editor
role-analyst = Analyst
role-auditor = Auditor
role-sysadmin = System administrator

## What a token may be used for
scope-directory = Find services
scope-editing = Keep the directory true
scope-cases = Cases, consents and needs
scope-referrals = Referrals: draft, send, read
scope-answers = Answer received referrals
scope-figures = Read figures
scope-protection = Acts of protection
scope-administration = Accounts, tokens and sessions
scope-audit = Read the audit trail

## How somebody signed in
method-password = Password
method-password-and-code = Password and code
method-password-and-recovery-code = Password and recovery code
method-provider = Identity provider
method-pin = PIN on a shared phone

## Sheet for a handover
page-sheet = Sheet for a handover
page-sheet-print = Print this page, and write the rest by hand.
page-sheet-organization = Organisation
page-sheet-service = Service
page-sheet-place = Place
page-sheet-phone = Phone
page-sheet-opening = Hours
page-sheet-phrase = Say first, before any name
page-sheet-phrase-hint = Whoever answers says the same two words. If not: hang up, and say no name.
page-sheet-spoken-code = Spoken code of the case
page-sheet-mode = Handover
page-sheet-by-pen = To be written by hand
page-sheet-name = Name
page-sheet-language = Language
page-sheet-appointment = Appointment
page-sheet-notes = Notes
page-sheet-shred = Once you write on it this paper holds a name: let nobody else have it, and shred it after the handover.
page-handover-phone = by phone
page-handover-joint-interview = joint interview
page-handover-person-carries-slip = the person carries a slip
page-sheet-paper-forbidden-title = No paper here
page-sheet-paper-forbidden = In a project at severe risk no paper is to hold a name. Hand over by phone or in a joint interview; the two words stand in the referral.
page-sheet-not-now-title = No sheet now
page-sheet-not-now = Nobody is to be handed over there now: the project is stopped, works with this partner no more, or the service is not to be used. Ask who leads the project.
page-sheet-nothing-to-say-title = No sheet at this time
page-sheet-nothing-to-say = There is a sheet once the recipient has accepted in Relais, and for as long as the consent lasts.

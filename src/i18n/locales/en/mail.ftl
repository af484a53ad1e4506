# The letter to a partner: the same words, whatever waits. Keys are the same in all three languages.

mail-subject = Relais: something waits for you
mail-subject-reply-by = Relais: reply before { $time }
mail-hello = Hello,
mail-something-waits = Something waits for your team in Relais.
mail-reply-by = Please reply before { $time }.
mail-open = To see what it is, open this link:
mail-nothing-decided = Opening the link decides nothing: you read first, and choose then.
mail-link = The link is for your team; please do not pass it on beyond it. If it no longer works, open it all the same: the page offers to send you a new one.
mail-no-reply = Nobody reads replies to this mail. Never write a person's name in a mail.
mail-stop = Would you rather have no mails? Tell the team that you work with, on the phone: it will call you, and the mails will stop.
mail-signature = Relais
mail-day-and-time = { $day } { $time }
mail-day-mo = Monday
mail-day-tu = Tuesday
mail-day-we = Wednesday
mail-day-th = Thursday
mail-day-fr = Friday
mail-day-sa = Saturday
mail-day-su = Sunday

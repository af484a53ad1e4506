# What somebody sees who opens a link that came by mail; nothing in it says what it is about.
page-link-title = Hello
page-link = Something waits for your service. This link is for you and your colleagues: pass it on to nobody else. Opening it decides nothing.
page-link-open = Continue
page-link-over-title = This link is over
page-link-over = It has run out, or what it opened needs nothing more of you. If you still have to answer, have a new link sent to the address of your service.
page-link-renew = Send a new link
page-link-renewed-title = Noted
page-link-renewed = If something still waits for your answer, a new link arrives within minutes at the address of your service.
page-link-ended-title = This visit is over
page-link-ended = Nothing was done in it for too long, or what the link opened needs nothing more of you. If you still have to answer, open the link of the last mail again.
page-link-answered-title = Thank you
page-link-answered = Your answer is recorded. Nothing more is needed; you can close this page.

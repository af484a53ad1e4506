# La lettre au partenaire : les mêmes mots, quel que soit ce qui l'attend. Les clés sont les mêmes dans les trois langues.

mail-subject = Relais : quelque chose vous attend
mail-subject-reply-by = Relais : répondre avant { $time }
mail-hello = Bonjour,
mail-something-waits = Quelque chose attend votre équipe dans Relais.
mail-reply-by = Merci de répondre avant { $time }.
mail-open = Pour voir de quoi il s'agit, ouvrez ce lien :
mail-nothing-decided = Ouvrir le lien ne décide de rien : vous lisez d'abord, vous choisissez ensuite.
mail-link = Ce lien est pour votre équipe ; ne le transmettez pas au-delà. S'il ne fonctionne plus, ouvrez-le quand même : la page vous proposera d'en recevoir un nouveau.
mail-no-reply = Personne ne lit les réponses à ce message. N'écrivez jamais le nom d'une personne dans un courriel.
mail-stop = Vous préférez ne plus recevoir de courriels ? Dites-le au téléphone à l'équipe avec laquelle vous travaillez : elle vous appellera, et les courriels cesseront.
mail-signature = Relais
mail-day-and-time = { $day } { $time }
mail-day-mo = lundi
mail-day-tu = mardi
mail-day-we = mercredi
mail-day-th = jeudi
mail-day-fr = vendredi
mail-day-sa = samedi
mail-day-su = dimanche

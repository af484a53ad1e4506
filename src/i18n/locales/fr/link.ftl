# Ce que voit qui ouvre un lien reçu par courriel ; rien n’y dit de quoi il s’agit.
page-link-title = Bonjour
page-link = Quelque chose attend votre service. Ce lien est pour vous et pour vos collègues : ne le transférez à personne d’autre. Rien n’est décidé en l’ouvrant.
page-link-open = Continuer
page-link-over-title = Ce lien est terminé
page-link-over = Il a expiré, ou ce qu’il ouvrait n’attend plus rien de vous. Si vous avez encore à répondre, faites envoyer un nouveau lien à l’adresse de votre service.
page-link-renew = Envoyer un nouveau lien
page-link-renewed-title = C’est noté
page-link-renewed = Si quelque chose attend encore votre réponse, un nouveau lien arrive dans quelques minutes à l’adresse de votre service.
page-link-ended-title = Cette visite est terminée
page-link-ended = Elle est restée trop longtemps sans rien faire, ou ce que le lien ouvrait n’attend plus rien de vous. Si vous avez encore à répondre, ouvrez de nouveau le lien du dernier courriel.
page-link-answered-title = Merci
page-link-answered = Votre réponse est enregistrée. Rien de plus n’est attendu ; vous pouvez fermer cette page.

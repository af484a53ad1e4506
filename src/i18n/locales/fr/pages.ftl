# Textes des pages. Mêmes clés dans les trois langues.

## Cadre
page-skip = Aller au contenu
page-navigation = Navigation
page-quick-exit = Quitter vite
page-sign-out = Se déconnecter
page-language = Langue
page-back = Revenir
page-next = Continuer

## Réponses
page-not-found-title = Rien ici
page-not-found = Cette page n’existe pas, ou n’existe plus.
page-foreign-form-title = Formulaire refusé
page-foreign-form = Ce formulaire est trop ancien ou vient d’ailleurs. Revenez en arrière, rechargez la page et recommencez.
page-too-often-title = Trop souvent
page-too-often = C’était trop souvent. Réessayez dans { $number } s.
page-unavailable = Le service ne peut pas répondre pour l’instant. Réessayez bientôt.

## Connexion
page-sign-in = Connexion
page-sign-in-do = Se connecter
page-handle = Identifiant
page-password = Mot de passe
page-have-enrolment-code = J’ai un code d’inscription
page-second-factor = Second facteur
page-code = Code à six chiffres
page-code-hint = Il est dans votre application d’authentification. Téléphone perdu ? Tapez ici un de vos codes de secours.
page-start-again = Recommencer
page-confirm = Confirmez que c’est vous
page-confirm-why = Ce qui sert à se connecter ne change qu’après une preuve récente. Ensuite, refaites votre demande dans les cinq minutes.

## Connexion par le fournisseur d’identité
page-provider-sign-in = Se connecter avec { $name }
page-provider-somewhere = le compte de votre organisation
page-provider-unknown-title = Personne ne vous a encore ouvert l’accès
page-provider-unknown = Vous êtes connu là-bas, mais aucun compte d’ici n’est le vôtre. Demandez à qui s’occupe de Relais chez vous :
page-provider-refused-title = Vous n’êtes pas connecté
page-provider-refused = La connexion a pris trop de temps, a commencé dans un autre navigateur ou n’a pas abouti. Recommencez-la.
page-provider-silent-title = Le fournisseur d’identité ne répond pas
page-provider-silent = Il est injoignable pour le moment. Réessayez bientôt.

## Inscription
page-enrol = Activer mon compte
page-enrol-why = Le code vous a été remis par l’administrateur de Relais. Il sert une seule fois, pendant 24 heures.
page-step-one = Étape 1 sur 2
page-enrolment-code = Code d’inscription
page-new-password = Nouveau mot de passe
page-password-again = Le même, encore une fois
page-password-hint = Au moins 12 caractères. Quatre mots sans lien entre eux font l’affaire.
page-second-factor-set-up = Ajouter un second facteur
page-second-factor-how = Lisez cette image avec une application d’authentification, puis tapez le code qu’elle montre.
page-picture = Image à lire avec l’application d’authentification
page-key-by-hand = Ou tapez cette clé dans l’application :
page-code-shown = Code que l’application montre
page-skip-second-factor = Continuer sans second facteur
page-recovery-codes = Codes de secours
page-recovery-codes-how = Si vous perdez votre téléphone, chacun de ces codes remplace une fois le code à six chiffres. Notez-les sur papier et gardez-les loin du téléphone.
page-shown-once = Ceci n’est montré qu’une fois.
page-written-down = C’est noté

## Compte
page-account = Mon compte
page-who = Qui je suis
page-role = Rôle
page-organization = Organisation
page-teams = Équipes
page-choose = Choisir
page-present-password = Mot de passe actuel
page-change-password = Changer le mot de passe
page-second-factor-is-set = Un second facteur est en place.
page-second-factor-is-not-set = Il n’y a pas de second facteur.
page-second-factor-replace = Remplacer le second facteur
page-recovery-codes-renew = Nouveaux codes de secours
page-recovery-codes-left = Codes de secours restants : { $number }
page-sessions = Sessions ouvertes
page-this-session = celle-ci
page-session-opened = Ouverte le
page-session-seen = utilisée le
page-end = Fermer
page-tokens = Jetons d’API
page-tokens-why = Pour les programmes. Un jeton ne peut jamais plus que vous, et dix existent au plus.
page-token-new = Créer un jeton
page-token-name = Nom
page-token-days = Durée en jours (90 au plus)
page-token-scopes = Ce qu’il permet
page-token-make = Créer
page-token-made = Jeton créé
page-token-expires = Expire le
page-token-used = dernier usage
page-never = jamais
page-revoke = Révoquer

## Un téléphone que l’équipe partage
page-phone-enrol = Partager ce téléphone
page-phone-enrol-why = La personne qui dirige votre projet vous a donné un code pour ce téléphone. Il sert une fois, dans les 15 minutes.
page-phone-code = Code du téléphone
page-phone-enrol-do = Partager
page-phone = Ce téléphone
page-phone-who = Qui prend la suite ?
page-phone-nobody = Personne ne s’est connecté aujourd’hui sur ce téléphone. Chacun s’y connecte une fois par jour avec son mot de passe et son second facteur ; ensuite son code PIN suffit.
page-phone-pin = Votre code PIN
page-phone-pin-hint = Six chiffres. Cinq erreurs bloquent un code PIN ; il faut alors le mot de passe, le second facteur et un nouveau code.
page-phone-switch = Prendre la suite
page-phone-full = Se connecter avec mot de passe et second facteur
page-phone-back = Prendre la suite par code PIN
page-phone-lock = Verrouiller
page-phone-form-title = Le téléphone a changé de mains
page-phone-form = Ce formulaire est celui de la personne qui tenait ce téléphone avant, ou il est trop ancien. Rien n’a été enregistré. Rouvrez la page sous votre nom.
page-phone-ended-title = Ce téléphone n’est plus partagé
page-phone-ended = Il a été révoqué, ou sa durée est passée. Connectez-vous avec mot de passe et second facteur. Pour le partager à nouveau, demandez un code à la personne qui dirige votre projet.
page-pin = Code PIN pour un téléphone partagé
page-pin-why = Sur un téléphone que votre équipe partage : une fois connecté avec mot de passe et second facteur, ce code suffit pour la journée.
page-pin-is-not-set = Vous n’avez pas de code PIN.
page-pin-is-set = Un code PIN est en place.
page-pin-is-locked = Cinq codes PIN faux ont été tapés : le vôtre est bloqué sur tous les téléphones. Choisissez-en un autre. Si ce n’était pas vous, prévenez la personne qui dirige votre projet.
page-pin-new = Nouveau code PIN
page-pin-again = Le même encore une fois
page-pin-hint = Six chiffres, sans suite comme 123456 et sans date.
page-pin-set = Enregistrer le code PIN

## Ce qui ne va pas
problem-sign-in = L’identifiant ou le mot de passe n’est pas juste, ou ce compte ne peut pas servir.
problem-wait = Trop d’essais. Réessayez dans { $number } s.
problem-too-many-attempts = Trop d’essais. Réessayez plus tard.
problem-code-wrong = Ce code n’est pas juste, a déjà servi ou a expiré.
problem-enrolment-code = Ce code d’inscription n’est pas juste, a déjà servi ou a expiré. Demandez-en un autre.
problem-password-too-short = Un mot de passe a au moins 12 caractères.
problem-password-too-long = Un mot de passe a au plus 256 caractères.
problem-password-guessable = Ce mot de passe serait vite deviné. Essayez quatre mots sans lien entre eux.
problem-passwords-differ = Les deux mots de passe ne sont pas les mêmes.
problem-device-code = Ce code n’est pas juste, a déjà servi ou a expiré. Demandez-en un autre.
problem-pin-wrong = Cela n’a pas marché : le code PIN n’est pas juste, ou il ne peut pas servir ici maintenant. Après cinq erreurs, il faut le mot de passe et le second facteur.
problem-pin-form = Un code PIN a six chiffres.
problem-pins-differ = Les deux codes PIN ne sont pas les mêmes.
problem-pin-guessable = Ce code PIN serait parmi les premiers essayés. Choisissez-en un autre.
problem-pin-of-provider = Les groupes de votre fournisseur d’identité décident de ce compte ; il n’a donc pas de code PIN : connectez-vous chaque fois par lui.
problem-phone-at-severe-risk = À risque grave, personne ne partage un téléphone : connectez-vous chaque fois avec mot de passe et second facteur.
problem-token-name = Un jeton porte un nom de 1 à 40 caractères.
problem-token-scopes = Cochez au moins une chose que le jeton permet.
problem-token-days = Un jeton vit de 1 à 90 jours.
problem-token-of-provider = Les groupes de votre fournisseur d’identité décident de ce compte ; il n’a donc pas de jetons, qui survivraient à votre appartenance.
problem-token-count = Vous avez déjà dix jetons : révoquez-en un.

## Rôles
role-caseworker = Intervenant
role-partner-agent = Agent partenaire
role-coordinator = Coordinateur
role-protection-lead = Référent protection
role-partner-admin = Administrateur partenaire
role-directory-editor = Éditeur de l’annuaire
role-analyst = Analyste
role-auditor = Auditeur
role-sysadmin = Administrateur système

## Ce qu’un jeton permet
scope-directory = Chercher des services
scope-editing = Tenir l’annuaire à jour
scope-cases = Dossiers, consentements et besoins
scope-referrals = Orientations : préparer, envoyer, lire
scope-answers = Répondre aux orientations reçues
scope-figures = Lire les chiffres
scope-protection = Actes de protection
scope-administration = Comptes, jetons et sessions
scope-audit = Lire le journal

## Comment on s’est connecté
method-password = Mot de passe
method-password-and-code = Mot de passe et code
method-password-and-recovery-code = Mot de passe et code de secours
method-provider = Fournisseur d’identité
method-pin = Code PIN sur un téléphone partagé

## Sheet for a handover
page-sheet = Feuille de relais
page-sheet-print = Imprimez cette page et écrivez le reste à la main.
page-sheet-organization = Organisation
page-sheet-service = Service
page-sheet-place = Lieu
page-sheet-phone = Téléphone
page-sheet-opening = Horaires
page-sheet-phrase = À dire d’abord, avant tout nom
page-sheet-phrase-hint = Qui répond dit les deux mêmes mots. Sinon : raccrochez, et ne dites aucun nom.
page-sheet-spoken-code = Code parlé du dossier
page-sheet-mode = Relais
page-sheet-by-pen = À écrire à la main
page-sheet-name = Nom
page-sheet-language = Langue
page-sheet-appointment = Rendez-vous
page-sheet-notes = Notes
page-sheet-shred = Dès que vous écrivez dessus, ce papier porte un nom : ne le laissez à personne, et détruisez-le après le relais.
page-handover-phone = par téléphone
page-handover-joint-interview = entretien commun
page-handover-person-carries-slip = la personne porte un bon
page-sheet-paper-forbidden-title = Pas de papier ici
page-sheet-paper-forbidden = Dans un projet à risque grave, aucun papier ne doit porter de nom. Passez le relais par téléphone ou en entretien commun ; les deux mots se lisent dans l’orientation.
page-sheet-not-now-title = Pas de fiche maintenant
page-sheet-not-now = Personne ne doit y être remis maintenant : le projet est arrêté, ne travaille plus avec ce partenaire, ou le service ne doit pas être utilisé. Demandez à la coordination.
page-sheet-nothing-to-say-title = Pas de feuille pour l’instant
page-sheet-nothing-to-say = Il y a une feuille une fois que le destinataire a accepté dans Relais, et tant que dure le consentement.

# Textes montrés aux personnes. Mêmes clés en anglais.

## Fit
fit-need-is-to-confirm = la fiche n’indique que la famille de besoins : faire préciser
fit-need-is-outside-first-public = hors du public prioritaire
fit-need-is-excluded = ce service ne répond pas à ce besoin
fit-status-is-to-confirm = fonctionnement à vérifier
fit-status-is-outside-first-public = hors du public prioritaire
fit-status-is-excluded = le service ne fonctionne pas en ce moment
fit-capacity-is-to-confirm = liste d’attente ou évaluation préalable : faire préciser
fit-capacity-is-outside-first-public = hors du public prioritaire
fit-capacity-is-excluded = complet
fit-criteria-is-to-confirm = critères d’accueil non codés ou inconnus : lire la fiche et demander
fit-criteria-is-outside-first-public = hors du public prioritaire
fit-criteria-is-excluded = exclu
fit-age-is-to-confirm = âge à vérifier
fit-age-is-outside-first-public = hors du public prioritaire (âge)
fit-age-is-excluded = âge non accepté
fit-gender-is-to-confirm = genre à vérifier
fit-gender-is-outside-first-public = hors du public prioritaire (genre)
fit-gender-is-excluded = genre non accepté
fit-household-is-to-confirm = situation familiale à vérifier
fit-household-is-outside-first-public = hors du public prioritaire (situation familiale)
fit-household-is-excluded = situation familiale non acceptée
fit-admin-status-is-to-confirm = statut administratif à vérifier
fit-admin-status-is-outside-first-public = hors du public prioritaire (statut)
fit-admin-status-is-excluded = statut administratif non accepté
fit-situation-is-to-confirm = situation de vie à vérifier
fit-situation-is-outside-first-public = hors du public prioritaire (situation de vie)
fit-situation-is-excluded = situation de vie non acceptée
fit-language-is-to-confirm = aucune langue commune connue : demander un interprète
fit-language-is-outside-first-public = hors du public prioritaire
fit-language-is-excluded = exclu
fit-freshness-is-to-confirm = fiche ancienne ou échue : appeler avant d’orienter
fit-freshness-is-outside-first-public = hors du public prioritaire
fit-freshness-is-excluded = exclu

## Inputs
input-latitude = La latitude est un nombre de -90 à 90.
input-longitude = La longitude est un nombre de -180 à 180.
input-radius = Le rayon est un nombre de mètres supérieur à 0, et se donne avec un point « near ».
input-area-code = Ce n’est pas un code de territoire, comme FR-93055, TN-11 ou LY002.
input-language = Une langue se donne par son étiquette BCP 47, comme fr, ar, ti ou prs.
input-team-needed = Nommez l’équipe qui suit le dossier, par l’identifiant d’une de vos équipes.
input-spoken-code = Un code parlé a six signes, sans 0, O, 1 ni I ; un signe est faux ou deux sont inversés : faites-le répéter.
input-file-number = Un numéro de dossier a 2 à 24 lettres, chiffres, tirets, barres ou points, dont un chiffre ; jamais un nom.
input-idempotency-key = Une clé d’idempotence a 8 à 64 lettres, chiffres, tirets ou soulignés.
input-unusable-text = Le texte contient un caractère de contrôle : ressaisissez-le.
input-month = Un mois s’écrit 2026-11.
input-month-range = Le premier mois ne suit pas le dernier, et 24 mois au plus se demandent à la fois.
input-page-size = Une page a 1 à 100 entrées.
input-cursor = Ce curseur est celui d’une autre recherche : recommencez à la première page.
input-deadline-past = L’échéance est déjà passée.
input-consent-expiry = Un consentement expire dans l’avenir, dans 365 jours au plus.
input-consent-scope-empty = Nommez au moins un élément que la personne accepte de communiquer.
input-explanation-missing = Les risques, les destinataires, le droit de refuser et le droit de retirer son accord doivent avoir été expliqués.
input-basis-for-adult = Cette base de consentement est réservée aux mineurs.
input-need-not-offered = Ce service ne répond pas à ce besoin : choisissez-en un autre, ou un autre besoin.
input-place-of-service = Ce service n’est pas rendu en ce lieu.
input-start-in-future = Le début se situe entre l’envoi et maintenant.
input-outcome-of-event = Cette issue n’est pas celle d’une orientation terminée.
input-result-of-record = Ce résultat vient d’une orientation et ne se saisit pas à la main.
input-area-unknown = Un dossier a besoin d’un code de territoire, même large, comme FR ou LY-TB.

## Consent
consent-other-recipient = Le consentement nomme un autre destinataire : recueillez-en un pour celui-ci.
consent-other-case = Le consentement est celui d’un autre dossier.
consent-expired = Le consentement a expiré : recueillez-en un nouveau.
consent-withdrawn = Le consentement a été retiré.
consent-fields-missing = Le consentement ne couvre pas tout ce que l’offre communique : { $fields }.
consent-consequences-not-explained = Les conséquences connues de ce service doivent d’abord être expliquées.

## Recipient
recipient-never-a-recipient = Une autorité de police, de frontière ou de rétention ne reçoit jamais d’orientation.
recipient-not-vetted = L’organisation n’est pas agréée, ou son protocole d’échange a expiré : appelez, et prévenez votre coordination.
recipient-service-not-open = Le service n’est pas ouvert, ou n’est plus dans l’annuaire.
recipient-capacity-to-confirm = Le service est complet ou n’a pas indiqué ses places : confirmez l’envoi malgré tout.
recipient-training-needed = Seules des personnes formées orientent vers ce service : demandez à votre référente.
recipient-specialisation-needed = Ce besoin ne s’adresse qu’à un service spécialisé.
recipient-call-needed = Une urgence s’annonce d’abord par téléphone : appelez, puis indiquez-le.

## Fields
field-age-band = tranche d’âge
field-gender = genre
field-household = situation familiale
field-admin-status = statut administratif
field-situation = situation de vie
field-languages = langues
field-area = commune
field-protection-flags = besoins de protection

## Others
conflict = Quelqu’un d’autre a modifié cette orientation : relisez-la (version { $version }), puis décidez.
transition = Cette action n’est pas possible dans l’état actuel.
key-reused = Cette clé d’idempotence a déjà servi à une autre demande : prenez-en une nouvelle.

## Protection
protection-project-frozen = Le projet est gelé : on y lit, rien de plus. Deux personnes lèvent le gel.
protection-project-not-frozen = Le projet n’est pas gelé.
protection-thaw-not-requested = Personne n’a encore demandé la levée du gel : demandez-la, puis une autre personne confirme.
protection-second-person-needed = Il faut deux personnes, et l’autre était vous : demandez à un·e collègue.
protection-desk-unfit = Un relais de continuité est une équipe d’un autre projet de la même organisation.
protection-second-factor-needed = Montrez de nouveau votre second facteur : il vaut cinq minutes.
protection-glass-too-often = On brise la glace au plus trois fois en 24 heures : appelez l’équipe.
protection-review-overdue = Une ouverture antérieure attend son examen depuis plus de 72 heures : faites-la examiner d’abord.
protection-already-reviewed = L’examen a déjà eu lieu.
protection-already-answered = La réponse a déjà été donnée.

# نصوص. Incomplete on purpose: only what a native reviewer has little to doubt; the rest falls back to French.

## Fit
fit-capacity-is-excluded = ممتلئ
fit-criteria-is-to-confirm-disagree = تختلف الشروط بين لغات المصدر: يرجى السؤال عن الصحيح منها
fit-age-is-to-confirm = يرجى تأكيد العمر
fit-age-is-excluded = العمر غير مقبول
fit-gender-is-to-confirm = يرجى تأكيد الجنس
fit-gender-is-excluded = الجنس غير مقبول
fit-language-is-to-confirm = لا توجد لغة مشتركة معروفة: اطلب مترجمًا

## من تستقبلهم الخدمة
fit-age-is-excluded-only = { $accepted } فقط
fit-age-is-outside-first-public-only = الأولوية: { $accepted }
fit-age-is-to-confirm-only = يرجى تأكيد العمر: { $accepted } فقط
fit-age-is-to-confirm-first = يرجى تأكيد العمر (الأولوية: { $accepted })
fit-gender-is-excluded-only = { $accepted } فقط
fit-gender-is-outside-first-public-only = الأولوية: { $accepted }
fit-gender-is-to-confirm-only = يرجى تأكيد الجنس: { $accepted } فقط
fit-gender-is-to-confirm-first = يرجى تأكيد الجنس (الأولوية: { $accepted })
fit-household-is-excluded-only = { $accepted } فقط
fit-household-is-outside-first-public-only = الأولوية: { $accepted }
fit-household-is-to-confirm-only = يرجى تأكيد الوضع العائلي: { $accepted } فقط
fit-household-is-to-confirm-first = يرجى تأكيد الوضع العائلي (الأولوية: { $accepted })
fit-admin-status-is-excluded-only = { $accepted } فقط
fit-admin-status-is-outside-first-public-only = الأولوية: { $accepted }
fit-admin-status-is-to-confirm-only = يرجى تأكيد الوضع القانوني: { $accepted } فقط
fit-admin-status-is-to-confirm-first = يرجى تأكيد الوضع القانوني (الأولوية: { $accepted })
fit-situation-is-excluded-only = { $accepted } فقط
fit-situation-is-outside-first-public-only = الأولوية: { $accepted }
fit-situation-is-to-confirm-only = يرجى تأكيد وضع السكن: { $accepted } فقط
fit-situation-is-to-confirm-first = يرجى تأكيد وضع السكن (الأولوية: { $accepted })
fit-area-is-excluded-only = { $accepted } فقط
fit-area-is-outside-first-public-only = الأولوية: { $accepted }
fit-area-is-to-confirm-only = يرجى تأكيد المنطقة: { $accepted } فقط
fit-area-is-to-confirm-first = يرجى تأكيد المنطقة (الأولوية: { $accepted })
accepted-years-under = دون { $age } سنة
accepted-years-from = من { $age } سنة فما فوق
accepted-years-between = من { $minimum } إلى { $maximum } سنة
accepted-and-more = { $told } (+{ $more })
accepted-age-0-4 = من 0 إلى 4 سنوات
accepted-age-5-11 = من 5 إلى 11 سنة
accepted-age-12-14 = من 12 إلى 14 سنة
accepted-age-15-17 = من 15 إلى 17 سنة
accepted-age-18-24 = من 18 إلى 24 سنة
accepted-age-25-59 = من 25 إلى 59 سنة
accepted-age-60-plus = من 60 سنة فما فوق
accepted-age-unknown = أشخاص عمرهم غير معروف
accepted-gender-woman = نساء
accepted-gender-man = رجال
accepted-gender-other = أشخاص من جنس آخر
accepted-gender-unstated = أشخاص لم يذكروا جنسهم
accepted-household-alone = بالغون بمفردهم
accepted-household-couple = أزواج بلا أطفال
accepted-household-parent-with-children = عائلات
accepted-household-pregnant = نساء حوامل
accepted-household-unaccompanied-child = أطفال غير مصحوبين
accepted-household-separated-child = أطفال منفصلون عن ذويهم
accepted-household-accompanied-child = أطفال مصحوبون بذويهم
accepted-admin-status-undocumented = أشخاص بلا إقامة
accepted-admin-status-asylum-seeker = طالبو لجوء
accepted-admin-status-refugee = لاجئون
accepted-admin-status-regular = أشخاص لديهم إقامة
accepted-admin-status-minor-in-appeal = قاصرون في مرحلة الطعن
accepted-admin-status-recognised-uam = قاصرون غير مصحوبين معترف بهم
accepted-admin-status-unhcr-registered = أشخاص مسجلون لدى مفوضية اللاجئين
accepted-admin-status-unknown = أشخاص وضعهم القانوني غير معروف
accepted-situation-street = أشخاص في الشارع
accepted-situation-squat = أشخاص في مبانٍ مشغولة
accepted-situation-camp = أشخاص في مخيمات
accepted-situation-own-lodging = أشخاص لهم سكن خاص
accepted-situation-hosted = أشخاص يستضيفهم آخرون
accepted-situation-shelter = أشخاص في مراكز إيواء
accepted-situation-detention = أشخاص محرومون من الحرية
accepted-situation-at-landing-point = أشخاص في نقاط الإنزال
accepted-situation-hospital = مرضى في المستشفى

## Others
key-reused = سبق استخدام مفتاح التكرار هذا لطلب آخر: استخدم مفتاحًا جديدًا.

ring = الحلقة { $ring } من المضلّع: { $problem }
input-area-of-redacted = المكان الذي لا يجوز العثور عليه يحتاج إلى رمز منطقته: أدخلوا areaCode.
input-authority-stays = الجهة التي لا تتلقى أي إحالة تبقى كذلك.
input-website = اكتبوا العنوان الكامل لصفحة ويب، مثل https://example.org.
input-ways-of-guarded = لا يغيّر شخص واحد طريقة الاتصال بمنظمة لها خدمة محمية: اقترحوا ذلك للخدمة.
input-not-of-proposal = لا يخصّ الاقتراح هذه الخدمة: أعيدوا قراءته.
input-not-marked = لم يطلب أحد عدم استعمال هذا.
input-mark-undecided = العلامة تنتظر قرارًا: ارفضوا الاقتراح لرفعها.
input-pair-of-one = يتكوّن الزوج من بطاقتين مختلفتين.
input-time-zone = اكتبوا اسم منطقة زمنية، مثل Africa/Tunis.
input-country = اكتبوا حرفَي رمز البلد، مثل TN.
input-days-cross = اليوم الأول بعد اليوم الأخير.
input-language-twice = ذُكرت لغة مرتين: اذكروا كل لغة مرة واحدة.
input-polygon-empty = للمضلّع حلقة واحدة على الأقل.
input-polygon-too-large = للمضلّع 1000 رأس على الأكثر: ارسمه أبسط.
input-ring-too-short = للحلقة أربعة مواضع على الأقل، آخرها يكرّر الأول.
input-ring-not-closed = ليست مغلقة: آخر مواضعها يكرّر الأول.
input-ring-edge-too-long = يمتدّ ضلع على 180 درجة من خطوط الطول: ضع رأسًا بين طرفيه.
input-ring-around-pole = تدور حول قطب: استعمل مستطيلًا بدلًا منها.
input-ring-crosses-itself = تلامس نفسها أو تقطعها.
input-ring-without-inside = لا تحيط بشيء.

## Refusals
closed-meanwhile = أُغلق هذا الطلب في هذه الأثناء، ولم يعد مطلوبًا منكم أي شيء.

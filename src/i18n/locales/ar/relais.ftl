# نصوص. Incomplete on purpose: only what a native reviewer has little to doubt; the rest falls back to French.

## Fit
fit-capacity-is-excluded = ممتلئ
fit-age-is-to-confirm = يرجى تأكيد العمر
fit-age-is-excluded = العمر غير مقبول
fit-age-is-excluded-under = العمر غير مقبول
fit-age-is-excluded-from = العمر غير مقبول
fit-age-is-excluded-between = العمر غير مقبول
fit-gender-is-to-confirm = يرجى تأكيد الجنس
fit-gender-is-excluded = الجنس غير مقبول
fit-language-is-to-confirm = لا توجد لغة مشتركة معروفة: اطلب مترجمًا

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

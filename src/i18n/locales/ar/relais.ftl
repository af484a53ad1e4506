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

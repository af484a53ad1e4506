# الرسالة إلى الشريك: الكلمات نفسها مهما كان ما ينتظره. المفاتيح نفسها في اللغات الثلاث.
# awaits a native reviewer

mail-subject = Relais: هناك ما ينتظركم
mail-subject-reply-by = Relais: يُرجى الرد قبل { $time }
mail-hello = مرحبًا،
mail-something-waits = هناك ما ينتظر فريقكم في Relais.
mail-reply-by = يُرجى الرد قبل { $time }.
mail-open = لمعرفة الأمر، افتحوا هذا الرابط:
mail-nothing-decided = فتح الرابط لا يقرّر شيئًا: تقرؤون أولًا ثم تختارون.
mail-link = هذا الرابط لفريقكم، فلا ترسلوه إلى غيركم. إذا لم يعد يعمل فافتحوه مع ذلك: ستعرض عليكم الصفحة إرسال رابط جديد.
mail-no-reply = لا أحد يقرأ الردود على هذه الرسالة. لا تكتبوا أبدًا اسم أي شخص في رسالة إلكترونية.
mail-stop = هل تفضّلون عدم تلقي رسائل إلكترونية؟ أخبروا بالهاتف الفريق الذي تعملون معه: سيتصل بكم وتتوقف الرسائل.
mail-signature = Relais
mail-day-and-time = { $day } { $time }
mail-day-mo = الاثنين
mail-day-tu = الثلاثاء
mail-day-we = الأربعاء
mail-day-th = الخميس
mail-day-fr = الجمعة
mail-day-sa = السبت
mail-day-su = الأحد

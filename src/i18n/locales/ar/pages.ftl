# نصوص الصفحات. المفاتيح نفسها في اللغات الثلاث.
# awaits a native reviewer

## الإطار
page-skip = الانتقال إلى المحتوى
page-navigation = التنقل
page-quick-exit = خروج سريع
page-sign-out = تسجيل الخروج
page-language = اللغة
page-back = رجوع
page-next = متابعة

## الإجابات
page-not-found-title = لا شيء هنا
page-not-found = هذه الصفحة غير موجودة أو لم تعد موجودة.
page-foreign-form-title = رُفضت الاستمارة
page-foreign-form = هذه الاستمارة قديمة جدًا أو جاءت من مكان آخر. ارجع وأعد تحميل الصفحة ثم حاول من جديد.
page-too-often-title = مرات كثيرة
page-too-often = كانت المحاولات كثيرة. حاول بعد { $number } ث.
page-unavailable = لا يمكن للخدمة أن تجيب الآن. حاول بعد قليل.

## تسجيل الدخول
page-sign-in = تسجيل الدخول
page-sign-in-do = دخول
page-handle = المعرّف
page-password = كلمة المرور
page-have-enrolment-code = لديّ رمز تفعيل
page-second-factor = العامل الثاني
page-code = الرمز المكوّن من ستة أرقام
page-code-hint = تجده في تطبيق المصادقة. هل فقدت الهاتف؟ اكتب هنا أحد رموز الطوارئ.
page-start-again = البدء من جديد
page-confirm = أكّد أنك أنت
page-confirm-why = لا يتغيّر ما تسجّل به الدخول إلا بعد إثبات حديث. بعد ذلك أعد طلبك خلال خمس دقائق.

## تسجيل الدخول عبر مزوّد الهوية
page-provider-sign-in = تسجيل الدخول بواسطة { $name }
page-provider-somewhere = حساب منظمتك
page-provider-unknown-title = لم يُفتح لك الدخول بعد
page-provider-unknown = أنت معروف هناك، لكن لا حساب لك هنا. اسأل من يتولى Relais لديكم:
page-provider-refused-title = لم يُسجَّل دخولك
page-provider-refused = استغرق تسجيل الدخول وقتًا طويلًا، أو بدأ في متصفح آخر، أو لم يكتمل. ابدأ من جديد.
page-provider-silent-title = مزوّد الهوية لا يجيب
page-provider-silent = لا يمكن الوصول إليه حاليًا. حاول مجددًا بعد قليل.

## التفعيل
page-enrol = تفعيل حسابي
page-enrol-why = أعطاك مدير Relais هذا الرمز. يُستعمل مرة واحدة خلال 24 ساعة.
page-step-one = الخطوة 1 من 2
page-enrolment-code = رمز التفعيل
page-new-password = كلمة مرور جديدة
page-password-again = كلمة المرور نفسها مرة أخرى
page-password-hint = 12 حرفًا على الأقل. أربع كلمات لا صلة بينها تكفي.
page-second-factor-set-up = إضافة عامل ثانٍ
page-second-factor-how = اقرأ هذه الصورة بتطبيق المصادقة، ثم اكتب الرمز الذي يظهره.
page-picture = صورة يقرؤها تطبيق المصادقة
page-key-by-hand = أو اكتب هذا المفتاح في التطبيق:
page-code-shown = الرمز الذي يظهره التطبيق
page-skip-second-factor = المتابعة دون عامل ثانٍ
page-recovery-codes = رموز الطوارئ
page-recovery-codes-how = إذا فقدت هاتفك فكل رمز من هذه الرموز يحل مرة واحدة محل الرمز المكوّن من ستة أرقام. اكتبها على ورق واحفظها بعيدًا عن الهاتف.
page-shown-once = يُعرض هذا مرة واحدة فقط.
page-written-down = كتبتُها

## الحساب
page-account = حسابي
page-who = من أنا
page-role = الدور
page-organization = المنظمة
page-teams = الفرق
page-choose = اختيار
page-present-password = كلمة المرور الحالية
page-change-password = تغيير كلمة المرور
page-second-factor-is-set = يوجد عامل ثانٍ.
page-second-factor-is-not-set = لا يوجد عامل ثانٍ.
page-second-factor-replace = استبدال العامل الثاني
page-recovery-codes-renew = رموز طوارئ جديدة
page-recovery-codes-left = رموز الطوارئ المتبقية: { $number }
page-sessions = الجلسات المفتوحة
page-this-session = هذه الجلسة
page-session-opened = فُتحت في
page-session-seen = استُعملت في
page-end = إنهاء
page-tokens = رموز واجهة البرمجة
page-tokens-why = للبرامج. لا يستطيع الرمز أكثر مما تستطيع أنت، وعددها عشرة على الأكثر.
page-token-new = إنشاء رمز
page-token-name = الاسم
page-token-days = المدة بالأيام (90 على الأكثر)
page-token-scopes = ما يسمح به
page-token-make = إنشاء
page-token-made = أُنشئ الرمز
page-token-expires = ينتهي في
page-token-used = آخر استعمال
page-never = لم يُستعمل
page-revoke = إلغاء

## هاتف يتقاسمه الفريق
page-phone-enrol = مشاركة هذا الهاتف
page-phone-enrol-why = أعطاك من يدير مشروعك رمزًا لهذا الهاتف. يُستعمل مرة واحدة خلال 15 دقيقة.
page-phone-code = رمز الهاتف
page-phone-enrol-do = مشاركة
page-phone = هذا الهاتف
page-phone-who = من يتسلّم الهاتف؟
page-phone-nobody = لم يسجّل أحد الدخول على هذا الهاتف اليوم. يدخل كل شخص مرة في اليوم بكلمة المرور والعامل الثاني، ثم يكفي رقمه السري.
page-phone-pin = رقمك السري
page-phone-pin-hint = ستة أرقام. خمسة أخطاء تقفل الرقم السري؛ عندها تلزم كلمة المرور والعامل الثاني ورقم جديد.
page-phone-switch = تسلّم الهاتف
page-phone-full = الدخول بكلمة المرور والعامل الثاني
page-phone-back = التسلّم بالرقم السري
page-phone-lock = قفل
page-phone-form-title = انتقل الهاتف إلى شخص آخر
page-phone-form = هذه استمارة من كان على هذا الهاتف قبلك، أو هي قديمة جدًا. لم يُحفظ شيء. افتح الصفحة من جديد باسمك.
page-phone-ended-title = لم يعد هذا الهاتف مشتركًا
page-phone-ended = أُلغي الهاتف أو انتهت مدته. سجّل الدخول بكلمة المرور والعامل الثاني. لمشاركته من جديد اطلب رمزًا ممن يدير مشروعك.
page-pin = رقم سري لهاتف مشترك
page-pin-why = على هاتف يتقاسمه فريقك: بعد أن تدخل بكلمة المرور والعامل الثاني يكفي هذا الرقم لذلك اليوم.
page-pin-is-not-set = ليس لديك رقم سري.
page-pin-is-set = لديك رقم سري.
page-pin-is-locked = كُتبت خمسة أرقام سرية خاطئة، فأُقفل رقمك على كل الهواتف. اختر رقمًا جديدًا. إن لم تكن أنت من كتبها فأخبر من يدير مشروعك.
page-pin-new = رقم سري جديد
page-pin-again = الرقم نفسه مرة أخرى
page-pin-hint = ستة أرقام، بلا تسلسل مثل 123456 وبلا تاريخ.
page-pin-set = حفظ الرقم السري

## ما ليس صحيحًا
problem-sign-in = المعرّف أو كلمة المرور غير صحيحة، أو لا يمكن استعمال هذا الحساب.
problem-wait = محاولات كثيرة. حاول بعد { $number } ث.
problem-too-many-attempts = محاولات كثيرة. حاول لاحقًا.
problem-code-wrong = هذا الرمز غير صحيح أو سبق استعماله أو انتهت مدته.
problem-enrolment-code = رمز التفعيل غير صحيح أو سبق استعماله أو انتهت مدته. اطلب رمزًا آخر.
problem-password-too-short = كلمة المرور 12 حرفًا على الأقل.
problem-password-too-long = كلمة المرور 256 حرفًا على الأكثر.
problem-password-guessable = يسهل تخمين كلمة المرور هذه. جرّب أربع كلمات لا صلة بينها.
problem-passwords-differ = كلمتا المرور مختلفتان.
problem-device-code = هذا الرمز غير صحيح أو سبق استعماله أو انتهت مدته. اطلب رمزًا آخر.
problem-pin-wrong = لم ينجح ذلك: الرقم السري غير صحيح، أو لا يمكن استعماله هنا الآن. بعد خمسة أخطاء تلزم كلمة المرور والعامل الثاني.
problem-pin-form = الرقم السري ستة أرقام.
problem-pins-differ = الرقمان السريان مختلفان.
problem-pin-guessable = هذا الرقم من أول ما يُجرَّب. اختر رقمًا آخر.
problem-pin-of-provider = مجموعات مزوّد الهوية هي التي تتحكم في هذا الحساب، لذلك لا رقم سري له: ادخل عن طريقه كل مرة.
problem-phone-at-severe-risk = عند الخطر الشديد لا يتقاسم أحد هاتفًا: سجّل الدخول كل مرة بكلمة المرور والعامل الثاني.
problem-token-name = اسم الرمز من 1 إلى 40 حرفًا.
problem-token-scopes = اختر شيئًا واحدًا على الأقل يسمح به الرمز.
problem-token-days = مدة الرمز من 1 إلى 90 يومًا.
problem-token-of-provider = مجموعات مزوّد الهوية هي التي تتحكم في هذا الحساب، لذلك لا رموز له: كانت ستبقى بعد خروجك منها.
problem-token-count = لديك عشرة رموز: ألغِ واحدًا منها.

## الأدوار
role-caseworker = مسؤول حالات
role-partner-agent = موظف لدى شريك
role-coordinator = منسّق
role-protection-lead = مسؤول الحماية
role-partner-admin = مدير لدى شريك
role-directory-editor = محرّر الدليل
role-analyst = محلّل
role-auditor = مدقّق
role-sysadmin = مدير النظام

## ما يسمح به الرمز
scope-directory = البحث عن الخدمات
scope-editing = تحديث الدليل
scope-cases = الحالات والموافقات والاحتياجات
scope-referrals = الإحالات: إعداد وإرسال وقراءة
scope-answers = الرد على الإحالات الواردة
scope-figures = قراءة الأرقام
scope-protection = أعمال الحماية
scope-administration = الحسابات والرموز والجلسات
scope-audit = قراءة سجل التدقيق

## كيف جرى تسجيل الدخول
method-password = كلمة المرور
method-password-and-code = كلمة المرور ورمز
method-password-and-recovery-code = كلمة المرور ورمز طوارئ
method-provider = مزوّد الهوية
method-pin = رقم سري على هاتف مشترك

## Sheet for a handover
page-sheet = ورقة التسليم
page-sheet-print = اطبع هذه الصفحة واكتب الباقي بخط اليد.
page-sheet-organization = المنظمة
page-sheet-service = الخدمة
page-sheet-place = المكان
page-sheet-phone = الهاتف
page-sheet-opening = أوقات العمل
page-sheet-phrase = يقال أولاً، قبل أي اسم
page-sheet-phrase-hint = من يجيب يقول الكلمتين نفسيهما. وإلا فأنهِ المكالمة ولا تذكر أي اسم.
page-sheet-spoken-code = الرمز المنطوق للملف
page-sheet-mode = التسليم
page-sheet-by-pen = يُكتب بخط اليد
page-sheet-name = الاسم
page-sheet-language = اللغة
page-sheet-appointment = الموعد
page-sheet-notes = ملاحظات
page-sheet-shred = متى كتبت على هذه الورقة صارت تحمل اسماً: لا تتركها لأحد، وأتلفها بعد التسليم.
page-handover-phone = عبر الهاتف
page-handover-joint-interview = مقابلة مشتركة
page-handover-person-carries-slip = يحمل الشخص قسيمة
page-sheet-paper-forbidden-title = لا ورق هنا
page-sheet-paper-forbidden = في مشروع شديد الخطورة يجب ألا تحمل أي ورقة اسماً. سلّم عبر الهاتف أو في مقابلة مشتركة؛ والكلمتان مذكورتان في الإحالة.
page-sheet-not-now-title = لا ورقة الآن
page-sheet-not-now = لا يُسلَّم أحد إلى هناك الآن: المشروع متوقف، أو لم يعد يعمل مع هذا الشريك، أو لا ينبغي استخدام الخدمة. اسأل منسق المشروع.
page-sheet-nothing-to-say-title = لا ورقة الآن
page-sheet-nothing-to-say = تتوفر الورقة بعد أن تقبل الجهة المستقبلة في Relais، وما دامت الموافقة سارية.

import type { SignalName } from './signal.js';

/**
 * Keywords by signal, lower case, separated by spaces; `_` joins the two words of a phrase. Words of scripts
 * without spaces are two characters or more and match anywhere. A keyword may serve several signals.
 */
export const LEXICON: Readonly<Record<SignalName, string>> = {
  write_verb: `write create implement make build generate develop design compose draft produce complete
    schreibe schreiben erstelle implementiere écris écrire crée rédige implémente escribe crea redacta implementa
    写一 编写 实现 生成 创建 書いて 作成 作って 実装`,
  step_word: `first second third then next finally step steps afterwards lastly also
    zuerst dann danach schließlich ensuite puis enfin d_abord luego después finalmente
    首先 然后 最后 接着 まず 次に 最後に`,
  task_verb: `write create list give describe explain provide show tell find use include identify discuss compare
    name make sort choose select answer complete rewrite improve fix check add remove return read consider state
    erkläre nenne beschreibe gib zeige liste explique décris donne montre liste explica describe da muestra enumera
    解释 列出 描述 说明 介绍 説明 挙げ 教えて`,
  code_noun: `function functions program script code algorithm method class subroutine api endpoint regex regexp
    query database dataframe array arrays string strings tuple tuples boolean integer loop recursion pointer
    component module library package unittest backend frontend stack_trace exception traceback compiler bug
    unit_test unit_tests linked_list binary_tree data_structure hash_map pull_request git docker kubernetes
    css_selector web_server lambda async dictionary variable repository terminal
    funktion programm quelltext skript fonction programme función programa código datenbank
    代码 函数 程序 脚本 算法 接口 数据库 变量 コード 関数 プログラム スクリプト アルゴリズム`,
  code_verb: `refactor debug compile optimize deserialize serialize parse deploy instantiate unit_test vectorize
    debugge kompiliere refaktoriere débogue compila depura 重构 调试 编译 デバッグ リファクタ コンパイル`,
  code_language: `python javascript typescript java rust golang kotlin swift ruby php perl scala haskell
    sql html css bash powershell matlab react vue django flask pandas numpy nodejs postgres mysql fortran
    cobol dart elixir clojure terraform`,
  code_syntax: `def elif const var println printf struct nullptr endif isinstance stdin stdout
    console_log public_static public_class return_true return_false select_from`,
  math_term: `equation equations fraction fractions decimal percent percentage ratio probability triangle circle
    rectangle polygon perimeter radius diameter hypotenuse angle angles area volume slope integer integers prime
    divisor multiple polynomial quadratic logarithm exponent square_root sum difference product quotient average
    mean median remainder digit digits arithmetic algebra geometry factorial inequality interest_rate
    gleichung prozent wahrscheinlichkeit bruch dreieck summe équation pourcentage probabilité triangle somme
    ecuación porcentaje probabilidad fracción suma 方程 概率 百分 三角形 面积 平均 方程式 確率 割合 面積`,
  math_verb: `calculate compute solve evaluate simplify factor integrate differentiate divided multiplied multiply
    divide subtract added subtracted minus plus times rounded estimate_the total_cost altogether in_total
    berechne löse rechne calcule résous calculer calcula resuelve calcular 计算 求解 解方程 多少 計算 求め 解いて`,
  advanced_math: `theorem lemma proof integral derivative matrix eigenvalue eigenvalues vector_space determinant
    homomorphism isomorphism bijection converges convergence topology manifold topological abelian subgroup ring_z
    cyclic_group vectors modulo continuous_function differential_equation gradient variance covariance regression
    estimator stationary cos sin tan log frac sqrt mathbb permutation permutations symmetric_group finite_field
    定理 积分 导数 矩阵 証明 積分 微分 行列`,
  number_word: `one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    eighteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half third quarter
    twice thrice double triple dozen couple one_third two_thirds one_half one_fourth
    zwei drei vier fünf zehn hundert deux trois quatre cinq dix cent dos tres cuatro cinco diez cien`,
  quantity_question: `how_many how_much how_long how_old how_far how_fast how_tall how_heavy how_often what_percentage
    what_percent the_total total_number total_cost total_amount the_average what_fraction the_ratio the_difference
    the_probability the_sum the_cost the_price what_total
    wie_viele wie_viel wie_lange wie_alt combien cuántos cuántas cuánto cuánta 多少 几个 几天 いくつ いくら 何個 何人 何円`,
  rate_word: `each every per more less fewer left remaining remain cost costs price pays paid spend spends spent
    earn earns buys bought sells sold gives gave eats ate total hours minutes days weeks months years miles pounds
    dollars cents feet inches meters kilometers grams kg km mph liters gallons daily weekly shares
    jede jeder kostet bleiben euro stunden chaque coûte reste euros heures cada cuesta quedan horas 每个 每天 剩下 一共 残り 一個`,
  reasoning_verb: `prove derive explain justify analyze analyse reason deduce infer evaluate critique assess why
    demonstrate argue reasoning by_step trade_offs tradeoffs implications
    beweise begründe analysiere warum erkläre prouve démontre analyse pourquoi justifie explique demuestra analiza
    justifica explica 证明 分析 推导 推理 为什么 なぜ 証明 分析 理由`,
  logic_word: `if unless therefore hence implies implied because since only_if either neither nor necessarily
    sufficient necessary premises premise conclusion valid invalid contradiction argument assume suppose given
    consistent must_be cannot exactly_one lies truth wenn falls weil si parce porque 如果 因为 所以 もし ならば`,
  comparison_word: `compare contrast versus vs differences similarities advantages disadvantages pros cons better_than
    vergleiche unterschied comparer différence comparar diferencia 比较 区别 优缺点 比較 違い`,
  hypothetical: `would could might suppose imagine assume hypothetical scenario what_if`,
  extract_verb: `extract list_all find_all pull_out identify_all named_entities entities retrieve_all
    extract_the all_mentions parse_out key_value
    extrahiere extrahieren extrais extraire extrae extraer 提取 抽取 找出 抽出 取り出`,
  summarize_verb: `summarize summarise summary summaries tldr tl_dr condense key_points main_points key_takeaways
    takeaways recap synopsis abstract_of main_ideas
    zusammenfassen zusammenfassung fasse résume résumer résumé resume resumir resumen resumes
    总结 概括 摘要 归纳 要約 まとめ`,
  translate_verb: `translate translation translated translating how_do_you_say
    übersetze übersetzen übersetzung traduis traduire traduction traduce traducir traducción traduzca
    翻译 译成 翻訳 訳して`,
  language_name: `english german french spanish chinese japanese italian portuguese russian arabic hindi korean
    dutch turkish polish latin mandarin swedish greek hebrew deutsch englische englisch französisch spanisch
    anglais français allemand espagnol inglés español francés alemán
    英文 中文 英语 法语 德语 日语 英語 日本語 中国語 フランス語 ドイツ語`,
  foreign_word: `der das und ist nicht ein eine zu mit auf für von den dem wie ich sie le la les et est une des
    du dans pour que qui sur avec el los las es una por para con del como pourquoi quel quelle`,
  classify_verb: `classify categorize categorise label categorization classification sentiment spam toxic sarcastic
    plausible ambiguous offensive polarity stance rate_the which_category which_class which_sentence
    which_statement best_continuation plausible_continuation fills_the correctly_fills
    klassifiziere kategorisiere einordnen classe classifie classer clasifica clasificar 分类 归类 判断 情感 分類 判定 感情`,
  class_word: `positive negative neutral valid invalid category categories labels classes true_or or_false yes_or
    or_no correct_option positiv negativ positif négatif positivo negativo 正面 负面 积极 消极 类别 肯定的 否定的`,
  choice_word: `choices options option alternatives correct_letter following_options multiple_choice
    antwortmöglichkeiten opciones 选项 選択肢`,
  question_word: `what who whom whose when where which why how wer wann wo welche welcher welches qui quand
    où quel quelle quels qué quién cuándo dónde cuál 什么 谁 哪里 哪个 何时 哪一 誰 どこ いつ 何ですか どの`,
  creative_noun: `poem poems story stories haiku song lyrics novel tale screenplay sonnet limerick slogan tagline
    fiction fairy_tale short_story rap essay_about blog_post joke riddle monologue dialogue narrative
    gedicht geschichte märchen lied poème histoire conte chanson poema cuento historia canción
    故事 诗歌 一首诗 小说 歌词 物語 俳句 詩を 小説 歌詞`,
  creative_verb: `imagine brainstorm invent rhyme rhyming roleplay role_play pretend dichte erfinde imagine invente
    imagina inventa 想象 想像して`,
  chat_word: `hi hello hey thanks thank bye morning please_help how_are are_you you_think your_opinion i_feel
    feeling lonely advice chat talk recommend favorite favourite should_i do_you
    hallo danke tschüss guten bonjour salut merci hola gracias buenos 你好 谢谢 您好 こんにちは ありがとう おはよう`,
  self_word: `i my me myself we our ich mein meine mir wir je mon ma mes moi nous yo mi mis nosotros 我 我们 私 僕`,
  agent_verb: `book_a book_me schedule browse send_an send_a search_the search_for order_a remind download upload click
    navigate execute run_the fetch open_the invoke install call_the log_in
    buche plane suche réserve planifie recherche reserva programa busca 预订 搜索 发送 安排 予約 検索して 送信`,
  agent_noun: `tool tools agent browser calendar email inbox web website function_call workflow ticket meeting flight
    hotel terminal file_system kalender termin calendrier reunión vuelo vol 日历 会议 邮件 机票 工具 会議 メール カレンダー`,
  format_noun: `json yaml xml csv markdown table bullet bullets bulleted schema format formatted html paragraph
    paragraphs sentences words characters headings uppercase lowercase mm_dd tabelle tableau tabla stichpunkten
    表格 格式 列表 表形式 形式で 箇条書き`,
  limit_word: `only exactly at_most at_least no_more must without do_not don_t avoid under limit maximum minimum
    within never single just nur genau höchstens mindestens seulement exactement maximum sólo solo
    exactamente máximo mínimo 不超过 必须 不要 至少 以内 以下 だけ 必ず`,
  science_term: `atom atoms molecule molecular enzyme protein proteins photosynthesis quantum thermodynamics entropy
    electron electrons photon ion ions isotope acid oxidation reaction chromosome chromosomes gene genes genetic dna
    rna mitosis meiosis velocity momentum voltage current circuit capacitor transistor frequency wavelength galaxy
    orbit telescope planet planets asteroid cell cells membrane bacteria species evolution ecosystem mineral rock
    erosion gravity kinetic magnetic polymer catalyst equilibrium spectrum semiconductor
    encryption cryptographic malware firewall authentication tcp protocol vulnerability buffer cache complexity
    turing automaton physik chemie chimie physique química física 量子 分子 细胞 蛋白 物理 化学 細胞`,
  medical_term: `patient patients diagnosis disease symptom symptoms syndrome therapy treatment clinical dose drug
    blood artery vein nerve nerves muscle bone tumor tumour cancer infection hormone insulin glucose cardiac renal
    hepatic pulmonary surgery chronic acute vaccine kidney liver lung brain spinal cranial anterior posterior
    metabolism arzt patienten maladie médecin enfermedad paciente 患者 诊断 症状 治疗 診断 治療`,
  legal_finance_term: `law legal contract liability plaintiff defendant statute constitutional court jurisdiction
    patent copyright tax taxation gdp inflation monetary fiscal stakeholder stakeholders corporate governance equity
    bond derivative_contract portfolio hedge econometric econometrics ols autocorrelation heteroscedasticity accounting
    regulation ethics ethical fiduciary compliance recht vertrag loi contrat ley contrato 法律 合同 税 法律 契約`,
  humanities_term: `century empire dynasty revolution treaty war philosopher philosophy moral kant theology
    sociology psychology cognitive linguistic linguistics renaissance colonial democracy ideology treaty president
    king queen parliament krieg kaiser guerre empire guerra imperio 历史 哲学 战争 歴史 戦争`,
  reference_word: `above previous previously earlier attached following passage document article text context
    paragraph conversation mentioned below transcript excerpt email report beforehand obigen folgenden text
    ci_dessus suivant texte anterior siguiente texto documento 上述 以下 上面 文章 这段 下面 次の 上記 文章 この文`,
  polite_word: `please kindly can could would you i need want to me bitte kannst könntest mir du ich
    peux pouvez vous tu moi puedes podrías por favor 请 帮我 ください`,
  vague_word: `it this that thing things stuff something somehow anything some etc maybe better good nice best
    kind_of sort_of whatever interesting das irgendwie ça quelque_chose algo eso cosa 这个 那个 东西 それ これ あれ`,
};

/** Chinese, as the trade speaks. `en.ts` has the same keys. */
export const zh = {
  app: {
    name: '巡城', claim: '看得见，派得出，办得结。', city: '市级', signOut: '退出登录', stillSignedIn: '没有退出成功，您仍处于登录状态', switchLanguage: 'Switch to English', otherLanguage: 'EN', toLight: '换成浅色', toDark: '换成深色',
  },
  nav: { label: '主导航', alerts: '告警', cases: '案件', cameras: '摄像机', wall: '视频墙', handler: '我的任务' },
  common: { back: '返回', cancel: '取消', unknownType: '未分类' },
  state: { loading: '正在载入' },
  time: { s: '{{n}} 秒', min: '{{n}} 分', h: '{{n}} 小时', hmin: '{{h}} 小时 {{m}} 分', d: '{{n}} 天', dh: '{{d}} 天 {{h}} 小时' },
  link: {
    up: '实时连接正常', down: '实时连接已断开', lost: '连接已断开，显示的是 {{time}} 的状态。正在重连，恢复后自动补齐。', never: '还没有连上实时消息，页面不会自动更新。正在重试。', behind: '收不到最新消息',
    late: '服务器读不到最新消息，显示的是 {{time}} 的状态，恢复后自动补齐。', database: '数据库连不上，显示的是 {{time}} 的状态；恢复之前办理不会生效，恢复后自动补齐。',
    queue: '消息队列（Redis）停了：新告警和通知会晚到，不会丢。', dispatcher: '调度进程停了：新告警和状态变化暂时不出现，恢复后补齐。', vision: '视频分析进程停了：摄像机都没有在分析，现在发生的问题不会告警。',
    stale: '有内容没能刷新，显示的可能是旧的。',
  },
  error: {
    network: '连不上服务器。', networkTodo: '请检查网络；操作没有生效，恢复后再试一次。',
    signedOut: '登录已失效。', signedOutTodo: '请重新登录。',
    forbidden: '您的岗位没有这项权限。', forbiddenTodo: '需要的话请联系管理员。',
    notFound: '找不到这条记录，或不在您的管辖范围内。', notFoundTodo: '请返回列表重新选择。',
    conflict: '别人先处理了。', conflictTodo: '页面已更新到最新状态，请看过再决定。',
    tooLarge: '文件太大。', tooLargeTodo: '请换一张 20 MB 以内的图片。',
    tooMany: '操作过于频繁。', tooManyTodo: '请稍等一会儿再试。',
    invalid: '有内容没有填对。', invalidTodo: '请按提示改正后再提交。',
    server: '服务器出错了（{{status}}）。', serverTodo: '操作可能没有生效，请稍后重试；仍然不行请联系管理员。',
    page: '这个页面出错了。', pageTodo: '重新载入通常就能恢复。', retry: '重试',
  },
  signIn: { username: '用户名', usernameMissing: '请输入用户名', password: '密码', passwordMissing: '请输入密码', go: '登录', refused: '用户名或密码不对。请检查后再试；忘记密码请联系管理员重置。' },
  password: {
    title: '修改密码', must: '您用的是一次性密码，请先设置自己的密码。', others: '修改后，其他设备上的登录会立即失效。', current: '当前密码', next: '新密码', again: '再输一遍新密码',
    rule: '至少 {{least}} 个字符，不能含用户名', differs: '两次输入不一样', go: '保存新密码', done: '密码已修改',
  },
  role: {
    operator: '视频监控员', intake: '受理员', duty_officer: '值班长', dispatcher: '派遣员', collector: '信息采集员', district: '二级平台', handler: '责任单位', verifier: '核查员',
    office: '领导小组办公室', evaluator: '考评员', leader: '领导', admin: '管理员',
  },
  severity: { low: '较轻', normal: '一般', high: '较重', urgent: '紧急' },
  live: {
    lastPicture: '{{name}} 的最近画面', now: '{{name}} 的实时画面', lost: '实时画面中断，正在重连', lastUntilLive: '最近画面 · 正在接通', opening: '正在接通…',
  },
  picture: { none: '没有图片', failed: '图片载入失败' },
  alerts: {
    queue: '待研判告警', toJudge: '待研判', allTypes: '全部类型', filter: '按类型筛选', mine: '我在看', repeats: '又发现 {{n}} 次', gone: '已消失',
    empty: '都研判完了', emptyHint: '摄像机发现新的问题时会自动出现在这里，不需要刷新。', blind: '{{total}} 路摄像机中有 {{n}} 路未分析',
  },
  alert: { state: { new: '待研判', claimed: '研判中', confirmed: '已确认', rejected: '已排除', merged: '已合并', lapsed: '未研判失效' } },
  strip: { label: '取证画面', before: '事前', raised: '告警', clip: '录像', now: '现在', live: '实时', clipReady: '可播放', clipComing: '剪辑中', clipMissing: '没有' },
  stage: {
    alt: '告警画面：{{place}}', clipComing: '录像还在剪辑，完成后自动出现。', clipFailed: '没有录像：{{reason}}', hideBoxes: '隐藏标框', showBoxes: '显示标框', full: '全屏', smaller: '退出全屏',
  },
  facts: {
    rule: '规则看到的', inView: '停留', score: '置信度', threshold: '阈值 {{value}}', sightings: '发现次数', lastSeen: '{{ago}}前还在', goneSince: '{{ago}}前消失', noScores: '没有评分记录',
    chart: '评分记录：{{known}} 次采样中 {{present}} 次出现', presence: '{{present}}/{{known}} 次采样出现', place: '位置', noAddress: '没有地址', same: '可能是同一件事', alert: '告警', metres: '{{n}} 米',
    earlier: '这里以前的告警', none: '没有', samePlace: '同一位置', class: '小类', condition: '立案条件', limit: '处置时限', closing: '结案条件', source: '来源', unit: '责任单位', handler: '处置人', cell: '单元网格',
    reported: '上报时间', closed: '结案时间', recurrence: '复发自', alertLink: '告警',
  },
  reason: {
    not_there: '什么也没有', other_object: '是别的东西', people_or_vehicle: '行人或车辆', light_or_weather: '光影或天气', bad_picture: '画面不清',
    gone: '已消失', permitted: '已许可', below_condition: '未达立案条件', out_of_scope: '超范围', already_handled: '已在处置', false_report: '虚假上报', duplicate: '重复上报',
  },
  verdict: {
    label: '研判', class: '小类', unit: '拟派', confirm: '确认', confirmDispatch: '确认并派遣', claim: '我来看', release: '放回', merge: '合并', false: '误报', falseHint: '东西不在那里：计入误报，用来改进检测', unfiled: '属实不立案',
    unfiledHint: '东西在，但不立案：不影响检测准确率', takenBy: '{{name}} 正在研判，占用到 {{until}}', notYours: '您的岗位只能查看，不能研判。', refused: '研判没有生效：{{camera}}', undoRefused: '没有撤回成功',
    claimRefused: '没有领到这条告警', releaseRefused: '没有放回', toCase: '查看案件 {{number}}',
  },
  undo: { confirmed: '已确认', dispatched: '已确认并派遣', rejected: '已排除：{{reason}}', merged: '已合并', do: '撤回' },
  keys: {
    title: '快捷键', space: '空格', move: '下一条 / 上一条', confirm: '确认', dispatch: '确认并派遣', claim: '我来看 / 放回', play: '播放录像', strip: '切换画面', boxes: '显示或隐藏标框', full: '全屏', undo: '撤回上一次研判',
    help: '显示本说明',
  },
  map: { at: '地图：{{place}}' },
  clock: {
    none: '派遣后开始计时', left: '剩 {{amount}}', working: '{{span}}（工作时）', workingDays: '{{n}} 工作日', over: '超期 {{span}}', overNow: '已超期', paused: '暂停，剩 {{amount}}', pausedOver: '暂停，已超期', inTime: '按期', wasOver: '超期办结',
    due: '截止 {{time}}', acceptIn: '{{span}}内接收', acceptLate: '未按时接收',
    limit: { urgent_hour: '{{n}} 紧急工作时（日夜计时）', working_hour: '{{n}} 工作时', working_day: '{{n}} 工作日' },
  },
  cases: {
    queues: '案件队列', search: '编号、地址或描述', more: '载入更多', empty: '这里现在没有案件', notFound: '没有找到“{{text}}”', notFoundHint: '换个词，或到“全部未结”里找。',
    queue: {
      to_check: '待核实', to_file: '待立案', to_dispatch: '待派遣', to_accept: '待接收', to_review: '反馈待审', handling: '处置中', to_verify: '待核查', to_close: '待结案', overdue: '已超期', open: '全部未结', done: '已办结',
    },
    emptyHint: {
      to_check: '各渠道上报、等待核实的案件会出现在这里。', to_file: '告警确认或核实属实后，等待立案的案件会出现在这里。', to_dispatch: '立案后、被回退或需返工、等待派遣的案件会出现在这里。',
      to_accept: '已派给责任单位、还没有接收的案件会出现在这里。', to_review: '责任单位已反馈、等待二级平台审核的案件会出现在这里。', handling: '责任单位正在处置的案件会出现在这里。',
      to_verify: '已处置、等待核查的案件会出现在这里。', to_close: '核查通过、等待结案的案件会出现在这里。', overdue: '处置超过时限的案件会出现在这里。', open: '还没有办结的案件会出现在这里。', done: '已结案、不立案和作废的案件会出现在这里。',
    },
    column: { what: '案件', place: '位置', state: '状态', unit: '责任单位', clock: '处置时限', reported: '上报' },
  },
  case: {
    state: {
      reported: '已上报', checking: '核实中', to_file: '待立案', not_filed: '不予立案', to_dispatch: '待派遣', dispatched: '待接收', sub_dispatched: '已下派', returned: '已回退', disputed: '争议协调', rework: '重新派遣',
      handling: '处置中', suspended: '挂账', feedback_review: '反馈待审', verifying: '核查中', to_close: '待结案', closed: '已结案', archived: '已归档', cancelled: '已作废',
    },
    waits: {
      reported: '等待受理员核实。', checking: '等待核实结果。', to_file: '等待值班长立案。', not_filed: '不予立案，已结束。', to_dispatch: '等待派遣员派遣。', dispatched: '等待责任单位接收。', sub_dispatched: '等待下级单位接收。',
      returned: '责任单位已回退，等待派遣员重新派遣。', disputed: '等待领导小组办公室裁定。', rework: '核查未通过，等待派遣员重新派遣。', handling: '责任单位正在处置。', suspended: '挂账中，到期恢复。', feedback_review: '等待二级平台审核反馈。',
      verifying: '等待核查员核查。', to_close: '等待值班长结案。', closed: '已结案。', archived: '已归档。', cancelled: '已作废。',
    },
    over: '案件已结束，没有待办。', done: '{{action}}：已完成，现在是“{{state}}”', history: '办理经过', created: '上报', system: '系统', showPicture: '看图片', round: '第 {{n}} 次返工', before: '处置前', slider: '处置前后对比',
    noPictures: '没有图片', suggestion: '建议派 {{unit}}：{{reason}}', seenAgain: '{{time}} 摄像机又看到了', goneSince: '摄像机从 {{time}} 起没有再看到', print: '打印',
  },
  gallery: { compare: '对比', original: '告警画面', before: '事前', clip: '录像', now: '实时', report: '上报图片', feedback: '处置反馈', verification: '核查图片', recheck: '复查画面' },
  recheck: { asked: '{{time}} 已请摄像机复查，等待结果', failed: '复查没有结果：{{reason}}', present: '{{time}} 复查：还在', absent: '{{time}} 复查：已经没有了', unknown: '{{time}} 复查：看不清，无法判断' },
  source: {
    video: '视频监控', patrol: '网格巡查', hotline_12319: '12319 热线', hotline_12345: '12345 转办', media: '新闻媒体', website: '政府网站', complaint: '市民投诉', superior: '上级交办', transfer: '部门移送', snapshot: '随手拍', survey: '专项普查',
  },
  field: {
    note: '说明', reason: '理由', media: '图片', unitId: '责任单位', coUnitIds: '协办单位', subclass: '小类', conditionId: '立案条件', conditionUsual: '按小类的通常条件', outcome: '处置结果', missing: '请填写“{{name}}”',
  },
  choice: { outcome: { done: '已处置', not_found: '现场未发现' } },
  unit: { pick: '选择单位', suggested: '{{name}}（建议）' },
  upload: { wait: '还有图片没有发送成功；请等它发完、重发或移除', sending: '发送中', sent: '已发送', failed: '未发送', again: '重发', remove: '移除图片', add: '添加图片', shoot: '拍照' },
  handler: {
    title: '待办任务', empty: '没有待办任务', emptyHint: '派给本单位的任务会自动出现在这里，最急的排在最前。', handedIn: '已反馈，等待核查', way: '去现场', rework: '第 {{n}} 次返工，请看核查意见', closes: '结案条件：{{closing}}',
    nothingToDo: '这里现在不需要您做什么。',
  },
  camera: {
    state: { connecting: '连接中', live: '在线', stalled: '画面停滞', offline: '离线', unauthorised: '密码不对', unsupported: '不支持', disabled: '已停用' },
    name: '摄像机', stateTitle: '状态', analysedTitle: '分析', lastSample: '最近分析', analysed: '分析中', notAnalysed: '未分析', noRules: '没有规则', noRulesHint: '没有规则，只看不分析。', zones: '显示区域', rules: '规则', inputs: '视频源',
    since: '{{time}} 起', rule: '{{zone}}：{{name}}，停留 {{dwell}}、出现率 {{presence}}% 以上即告警', source: { file: '来自配置文件，在那里修改。', demo: '演示城市的一部分，不能修改。' },
    view: { all: '全部', dark: '不在线', blind: '未分析' }, empty: { all: '还没有摄像机', dark: '全部在线', blind: '全部在分析' }, emptyHint: '在配置文件里写上摄像机，或由管理员通过接口添加。',
  },
  lessons: {
    title: '研判反馈', hint: '按摄像机、规则和类别统计研判结果。准确率＝确认 ÷（确认＋误报），属实不立案不计。建议阈值按过去的告警推算：当时的采样达不到新阈值，就不会在那时告警。',
    column: { rule: '规则', verdicts: '研判结果', precision: '准确率（95% 区间）', threshold: '阈值与建议' }, confirmed: '确认', false: '误报', trueUnfiled: '属实不立案', outside: '外部上报，没有规则',
    earlier: '另有 {{n}} 条属于以前的模型，不计入', noPrecision: '还没有确认或误报', interval: '真实准确率有 95% 的把握在这个范围内', noRule: '规则已不在，不给建议', suggested: '建议阈值', threshold: '阈值 {{value}}', keep: '不用改：再高也省不了误报，或漏得更多',
    few: '再有 {{confirmed}} 条确认、{{wrong}} 条误报才能给建议', fewConfirmed: '再有 {{confirmed}} 条确认才能给建议', fewFalse: '再有 {{wrong}} 条误报才能给建议',
    effect: '{{wrong}} 条误报中可少 {{spared}} 条，{{confirmed}} 条真实告警中会漏 {{lost}} 条', after: '准确率约 {{precision}}；95% 的把握，今后漏掉不超过 {{loss}}%',
    days: '{{n}} 天', period: '统计时段', loss: '可漏 {{n}}%', lossHint: '建议阈值最多允许漏掉多少真实告警', truncated: '研判太多，只统计了最近的 20000 条。', allCameras: '看全部摄像机', more: '详细',
    export: '导出训练集', exportHint: '图片和 YOLO 标注，用来训练下一版模型；每次一个类型，导出会留痕', empty: '这段时间还没有研判结果', emptyHint: '在告警墙上确认或排除告警以后，各条规则准不准、阈值该不该调会出现在这里。',
  },
  /** By the code that a reason begins with. */
  why: {
    camera: '摄像机{{state}}', bad_address: '地址不能用，请检查摄像机地址：{{detail}}', busy: '摄像机正忙（503），稍后自动重试', cannot_record: '这种视频编码不能录像', closed: '摄像机断开了连接，正在重连', disabled: '已停用',
    disk_full: '录像磁盘已满，请清理磁盘', ended: '取流程序退出了，正在重试：{{detail}}', forbidden: '这个账号无权查看该摄像机（403）', hidden: '位置被遮挡', killed: '取流程序被终止，正在重启', model: '画面无法分析',
    model_external: '模型的权重在另一个文件里，请把权重存进模型文件', model_hash: '模型文件的校验值对不上：{{detail}}', model_layout: '模型的输出格式不认识：{{detail}}', model_loading: '模型正在载入', model_manifest: '模型说明文件有误：{{detail}}',
    model_missing: '找不到模型：{{detail}}', model_run: '模型运行出错：{{detail}}', model_unreadable: '模型文件读不了：{{detail}}', no_answer: '那里有程序在监听，但不是 RTSP；请检查端口',
    no_free_session: '摄像机的取流路数已满（453），请关掉别的连接或调高上限', no_input: '没有配置视频源', no_route: '网络不通，请检查网线、交换机和地址', no_rule: '这台摄像机已经没有对应的规则', no_rules: '没有规则', no_samples: '没有可分析的画面',
    no_such_stream: '摄像机上没有这个码流（404），请检查地址路径', no_video: '码流里没有视频', not_held: '没有视频分析节点在管这台摄像机', picture: '画面无法使用（黑屏、模糊或损坏）', picture_black: '画面是黑的', picture_blurred: '画面模糊',
    picture_covered: '镜头被遮挡', picture_damaged: '画面损坏', picture_frozen: '画面不动了', picture_moved: '镜头不在预置位上，或被遮挡；规则已暂停', refused: '连接被拒绝：摄像机没开，或地址、端口不对', renewed: '正在重新取流',
    request_refused: '摄像机拒绝了请求：{{detail}}', rule_classes: '规则里的类别模型里没有：{{detail}}', rule_schedule: '规则的时段有误：{{detail}}', rule_view: '规则用到的预置位不存在：{{detail}}', rule_zone: '规则的区域有误：{{detail}}',
    server_error: '摄像机自身报错：{{detail}}', stalled: '连接还在，但收不到数据', starting: '正在启动，等待画面', stopped: '视频分析进程已停止', thread: '推理线程中断，正在重启', timeout: '摄像机没有按时应答，请检查电源和网络', unknown: '检测器没有在分析',
    unknown_codec: '视频编码不认识', unknown_host: '主机名解析不了，请检查地址', view_unseen: '有预置位很久没有转到：{{detail}}', wrong_password: '用户名或密码不对（401）', wrong_transport: '不支持这种传输方式（461），请改用 TCP 或 UDP 中的另一种',
  },
  wall: { tiles: '每屏画面数', previous: '上一屏', next: '下一屏' },
} as const;

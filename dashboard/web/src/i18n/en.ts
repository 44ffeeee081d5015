import type { zh } from './zh.ts';

/** The same keys with any words. */
type Words<T> = { readonly [K in keyof T]: T[K] extends string ? string : Words<T[K]> };

export const en: Words<typeof zh> = {
  app: {
    name: 'Xuncheng', claim: 'Seen, dispatched, solved.', city: 'City', signOut: 'Sign out', stillSignedIn: 'You are still signed in', switchLanguage: '切换到中文', otherLanguage: '中文', toLight: 'Switch to light', toDark: 'Switch to dark',
  },
  nav: { label: 'Main', alerts: 'Alerts', cases: 'Cases', cameras: 'Cameras', wall: 'Video wall', handler: 'My tasks' },
  common: { back: 'Back', cancel: 'Cancel', unknownType: 'Unclassified' },
  state: { loading: 'Loading' },
  time: { s: '{{n}} s', min: '{{n}} min', h: '{{n}} h', hmin: '{{h}} h {{m}} min', d: '{{n}} d', dh: '{{d}} d {{h}} h' },
  link: {
    up: 'Live', down: 'Live connection lost', lost: 'Connection lost, showing the state of {{time}}. Reconnecting; what was missed will be filled in.', never: 'No live connection yet, so this page does not update by itself. Retrying.', behind: 'No news from the server',
    late: 'The server cannot read what is new, showing the state of {{time}}; what is missed will be filled in.', database: 'The database is out of reach, showing the state of {{time}}. Until it is back nothing can be decided; what is missed will be filled in.',
    queue: 'The message queue (Redis) is down: new alerts and notices come late, none is lost.', dispatcher: 'The dispatcher is down: new alerts and changes do not appear until it is back; none is lost.',
    vision: 'Video analysis is down: no camera is analysed, and what happens now raises no alert.', stale: 'Something on this page could not be renewed and may be old.',
  },
  error: {
    network: 'The server cannot be reached.', networkTodo: 'Check the network. Nothing was changed; try again once it is back.',
    signedOut: 'Your session has ended.', signedOutTodo: 'Please sign in again.',
    forbidden: 'Your role does not allow this.', forbiddenTodo: 'Ask an administrator if you need it.',
    notFound: 'There is no such record, or it is outside your area.', notFoundTodo: 'Go back to the list and choose again.',
    conflict: 'Somebody else was first.', conflictTodo: 'The page now shows the latest state; look at it before you decide.',
    tooLarge: 'The file is too large.', tooLargeTodo: 'Choose a picture below 20 MB.',
    tooMany: 'Too many attempts.', tooManyTodo: 'Wait a moment and try again.',
    invalid: 'Something is not filled in correctly.', invalidTodo: 'Correct it as marked and send again.',
    server: 'The server failed ({{status}}).', serverTodo: 'It may not have taken effect. Try again later, or tell an administrator if it persists.',
    page: 'This page failed.', pageTodo: 'Reloading usually helps.', retry: 'Try again',
  },
  signIn: { username: 'User name', usernameMissing: 'Enter your user name', password: 'Password', passwordMissing: 'Enter your password', go: 'Sign in', refused: 'User name or password is wrong. Check them and try again; an administrator can reset your password.' },
  password: {
    title: 'Change password', must: 'You signed in with a one-time password. Choose your own first.', others: 'Sessions on your other devices end at once.', current: 'Current password', next: 'New password', again: 'New password again',
    rule: 'At least {{least}} characters, without your user name', differs: 'The two differ', go: 'Save new password', done: 'Password changed',
  },
  role: {
    operator: 'Video operator', intake: 'Intake clerk', duty_officer: 'Duty officer', dispatcher: 'Dispatcher', collector: 'Collector', district: 'District platform', handler: 'Handler', verifier: 'Verifier',
    office: 'Coordination office', evaluator: 'Evaluator', leader: 'Leader', admin: 'Administrator',
  },
  severity: { low: 'Minor', normal: 'Normal', high: 'Serious', urgent: 'Urgent' },
  live: {
    lastPicture: 'Last picture of {{name}}', now: 'Live picture of {{name}}', lost: 'Live picture lost, reconnecting', lastUntilLive: 'Last picture · connecting', opening: 'Connecting…',
  },
  picture: { none: 'No picture', failed: 'The picture could not be loaded' },
  alerts: {
    queue: 'Alerts to judge', toJudge: 'To judge', allTypes: 'All kinds', filter: 'Filter by kind', mine: 'Mine', repeats: 'Seen again: {{n}}', gone: 'gone',
    empty: 'All judged', emptyHint: 'What the cameras find appears here by itself; there is no need to reload.', blind: '{{n}} of {{total}} cameras not analysed',
  },
  alert: { state: { new: 'To judge', claimed: 'Being judged', confirmed: 'Confirmed', rejected: 'Rejected', merged: 'Merged', lapsed: 'Lapsed unjudged' } },
  strip: { label: 'Evidence', before: 'Before', raised: 'Raised', clip: 'Clip', now: 'Now', live: 'live', clipReady: 'ready', clipComing: 'being cut', clipMissing: 'none' },
  stage: {
    alt: 'Alert picture: {{place}}', clipComing: 'The clip is still being cut and will appear by itself.', clipFailed: 'There is no clip: {{reason}}', hideBoxes: 'Hide boxes', showBoxes: 'Show boxes', full: 'Full size', smaller: 'Leave full size',
  },
  facts: {
    rule: 'What the rule saw', inView: 'In view', score: 'Score', threshold: 'threshold {{value}}', sightings: 'Sightings', lastSeen: 'last seen {{ago}} ago', goneSince: 'gone for {{ago}}', noScores: 'No score history',
    chart: 'Score history: present in {{present}} of {{known}} samples', presence: 'present in {{present}} of {{known}}', place: 'Place', noAddress: 'No address', same: 'Perhaps the same thing', alert: 'Alert', metres: '{{n}} m',
    earlier: 'Earlier alerts here', none: 'None', samePlace: 'same spot', class: 'Subclass', condition: 'Condition', limit: 'Time limit', closing: 'Closes when', source: 'Source', unit: 'Unit', handler: 'Handler', cell: 'Grid cell',
    reported: 'Reported', closed: 'Closed', recurrence: 'Recurs from', alertLink: 'Alert',
  },
  reason: {
    not_there: 'Nothing there', other_object: 'Something else', people_or_vehicle: 'People or vehicle', light_or_weather: 'Light or weather', bad_picture: 'Bad picture',
    gone: 'Gone already', permitted: 'Permitted', below_condition: 'Below condition', out_of_scope: 'Out of scope', already_handled: 'Being handled', false_report: 'False report', duplicate: 'Reported twice',
  },
  verdict: {
    label: 'Verdict', class: 'Subclass', unit: 'Goes to', confirm: 'Confirm', confirmDispatch: 'Confirm and dispatch', claim: 'Take', release: 'Give back', merge: 'Merge', false: 'False alarm', falseHint: 'Nothing there: counts against the detector and helps to improve it',
    unfiled: 'True, but not filed', unfiledHint: 'It is there, but no case: neutral for the detector', takenBy: '{{name}} is judging this, until {{until}}', notYours: 'Your role may look but not judge.', refused: 'The verdict did not take effect: {{camera}}',
    undoRefused: 'Could not be undone', claimRefused: 'You did not get this alert', releaseRefused: 'Could not be given back', toCase: 'Open case {{number}}',
  },
  undo: { confirmed: 'confirmed', dispatched: 'confirmed and dispatched', rejected: 'rejected: {{reason}}', merged: 'merged', do: 'Undo' },
  keys: {
    title: 'Keys', space: 'space', move: 'next / previous', confirm: 'confirm', dispatch: 'confirm and dispatch', claim: 'take / give back', play: 'play the clip', strip: 'change the view', boxes: 'show or hide boxes', full: 'full size',
    undo: 'undo the last verdict', help: 'show this',
  },
  map: { at: 'Map: {{place}}' },
  clock: {
    none: 'Starts with dispatch', left: '{{amount}} left', working: '{{span}} working time', workingDays: '{{n}} working days', over: 'overdue {{span}}', overNow: 'overdue', paused: 'paused, {{amount}} left', pausedOver: 'paused, overdue', inTime: 'in time', wasOver: 'was overdue',
    due: 'due {{time}}', acceptIn: 'accept within {{span}}', acceptLate: 'not accepted in time',
    limit: { urgent_hour: '{{n}} h, day and night', working_hour: '{{n}} working h', working_day: '{{n}} working d' },
  },
  cases: {
    queues: 'Case queues', search: 'Number, address or text', more: 'Load more', empty: 'No cases here now', notFound: 'Nothing found for “{{text}}”', notFoundHint: 'Try another word, or look in “All open”.',
    queue: {
      to_check: 'To check', to_file: 'To file', to_dispatch: 'To dispatch', to_accept: 'To accept', to_review: 'Feedback to review', handling: 'Being handled', to_verify: 'To verify', to_close: 'To close', overdue: 'Overdue', open: 'All open', done: 'Finished',
    },
    emptyHint: {
      to_check: 'Reports from all sources that wait to be checked appear here.', to_file: 'Confirmed alerts and checked reports that wait to be filed appear here.', to_dispatch: 'Cases that were filed, returned or need rework and wait for a unit appear here.',
      to_accept: 'Cases that a unit has been given and not yet accepted appear here.', to_review: 'Feedback that waits for the district’s review appears here.', handling: 'Cases that units are working on appear here.',
      to_verify: 'Handled cases that wait for verification appear here.', to_close: 'Verified cases that wait to be closed appear here.', overdue: 'Cases beyond their time limit appear here.', open: 'Cases that are not finished appear here.',
      done: 'Closed, unfiled and cancelled cases appear here.',
    },
    column: { what: 'Case', place: 'Place', state: 'State', unit: 'Unit', clock: 'Time limit', reported: 'Reported' },
  },
  case: {
    state: {
      reported: 'Reported', checking: 'Being checked', to_file: 'To file', not_filed: 'Not filed', to_dispatch: 'To dispatch', dispatched: 'To accept', sub_dispatched: 'Passed on', returned: 'Returned', disputed: 'Disputed', rework: 'Rework',
      handling: 'Being handled', suspended: 'Suspended', feedback_review: 'Feedback review', verifying: 'Verifying', to_close: 'To close', closed: 'Closed', archived: 'Archived', cancelled: 'Cancelled',
    },
    waits: {
      reported: 'Waits for the intake clerk to check it.', checking: 'Waits for the result of the check.', to_file: 'Waits for the duty officer to file it.', not_filed: 'Not filed; finished.', to_dispatch: 'Waits for the dispatcher.', dispatched: 'Waits for the unit to accept it.',
      sub_dispatched: 'Waits for the unit below to accept it.', returned: 'The unit returned it; waits for the dispatcher.', disputed: 'Waits for the coordination office’s ruling.', rework: 'Verification failed; waits for the dispatcher.', handling: 'The unit is working on it.',
      suspended: 'Suspended until its date.', feedback_review: 'Waits for the district’s review.', verifying: 'Waits for the verifier.', to_close: 'Waits for the duty officer to close it.', closed: 'Closed.', archived: 'Archived.', cancelled: 'Cancelled.',
    },
    over: 'The case is finished; nothing is left to do.', done: '{{action}}: done, now “{{state}}”', history: 'History', created: 'Reported', system: 'System', showPicture: 'Show picture', round: 'rework {{n}}', before: 'Before', slider: 'Compare before and after',
    noPictures: 'No pictures', suggestion: 'Suggested: {{unit}} ({{reason}})', seenAgain: 'The camera saw it again at {{time}}', goneSince: 'The camera has not seen it since {{time}}', print: 'Print',
  },
  gallery: { compare: 'Compare', original: 'Raised', before: 'Before', clip: 'Clip', now: 'Live', report: 'Report', feedback: 'Feedback', verification: 'Verification', recheck: 'Recheck' },
  recheck: { asked: 'Camera asked to look again at {{time}}, waiting', failed: 'The recheck gave no answer: {{reason}}', present: 'Recheck {{time}}: still there', absent: 'Recheck {{time}}: not there any more', unknown: 'Recheck {{time}}: cannot be seen clearly' },
  source: {
    video: 'Video', patrol: 'Patrol', hotline_12319: 'Hotline 12319', hotline_12345: 'Hotline 12345', media: 'Media', website: 'Website', complaint: 'Complaint', superior: 'From above', transfer: 'Other department', snapshot: 'Citizen snapshot', survey: 'Survey',
  },
  field: {
    note: 'Note', reason: 'Reason', media: 'Pictures', unitId: 'Unit', coUnitIds: 'Joining units', subclass: 'Subclass', conditionId: 'Filing condition', conditionUsual: 'The usual one of the subclass', outcome: 'Outcome', missing: 'Please fill in “{{name}}”',
  },
  choice: { outcome: { done: 'Done', not_found: 'Nothing found there' } },
  unit: { pick: 'Choose a unit', suggested: '{{name}} (suggested)' },
  upload: { wait: 'A picture is not sent yet: wait for it, send it again or remove it', sending: 'sending', sent: 'sent', failed: 'not sent', again: 'Send again', remove: 'Remove picture', add: 'Add picture', shoot: 'Take a picture' },
  handler: {
    title: 'My tasks', empty: 'No tasks', emptyHint: 'Tasks for your unit appear here by themselves, the most urgent first.', handedIn: 'Handed in, to be verified', way: 'Go there', rework: 'Rework {{n}}: see what the verifier says', closes: 'Closes when: {{closing}}',
    nothingToDo: 'There is nothing for you to do here now.',
  },
  camera: {
    state: { connecting: 'Connecting', live: 'Live', stalled: 'Stalled', offline: 'Offline', unauthorised: 'Wrong password', unsupported: 'Unsupported', disabled: 'Disabled' },
    name: 'Camera', stateTitle: 'State', analysedTitle: 'Analysis', lastSample: 'Last analysed', analysed: 'Analysed', notAnalysed: 'Not analysed', noRules: 'No rules', noRulesHint: 'No rules: it is watched, not analysed.', zones: 'Show zones', rules: 'Rules', inputs: 'Inputs',
    since: 'since {{time}}', rule: '{{zone}}: {{name}} in view for {{dwell}}, in at least {{presence}}% of the samples', source: { file: 'From the configuration file; change it there.', demo: 'Part of the demo city; cannot be changed.' },
    view: { all: 'All', dark: 'Not live', blind: 'Not analysed' }, empty: { all: 'No cameras yet', dark: 'All live', blind: 'All analysed' }, emptyHint: 'Write cameras into the configuration file, or have an administrator add them by the API.',
  },
  lessons: {
    title: 'What verdicts say', hint: 'Verdicts by camera, rule and class. Precision is confirmed among confirmed and false; what was true but not filed does not count. A suggested threshold is tried on past alerts: one counts as spared when too few of its samples would have reached it at that moment.',
    column: { rule: 'Rule', verdicts: 'Verdicts', precision: 'Precision (95% interval)', threshold: 'Threshold and suggestion' }, confirmed: 'confirmed', false: 'false', trueUnfiled: 'true, not filed', outside: 'from outside, without a rule',
    earlier: '{{n}} more on alerts of earlier models, not counted', noPrecision: 'none confirmed or false yet', interval: 'With 95% confidence the true precision lies here', noRule: 'The rule is gone: no suggestion', suggested: 'Suggested threshold', threshold: 'Threshold {{value}}', keep: 'Fine as it is: a higher one spares nothing or loses more',
    few: 'A suggestion needs {{confirmed}} more confirmed and {{wrong}} more false', fewConfirmed: 'A suggestion needs {{confirmed}} more confirmed', fewFalse: 'A suggestion needs {{wrong}} more false',
    effect: 'would have spared {{spared}} of {{wrong}} false, lost {{lost}} of {{confirmed}} true', after: 'precision about {{precision}}; with 95% confidence no more than {{loss}}% will be lost',
    days: '{{n}} days', period: 'Period', loss: 'lose {{n}}%', lossHint: 'Share of true alerts that a suggested threshold may lose', truncated: 'There are too many verdicts: only the newest 20,000 are counted.', allCameras: 'All cameras', more: 'more',
    export: 'Export for training', exportHint: 'Pictures and YOLO labels for the next model; one kind at a time; exports are logged', empty: 'No verdicts in this period', emptyHint: 'Once alerts are confirmed or rejected on the wall, this shows how often each rule is right and whether its threshold should change.',
  },
  /** By the code that a reason begins with. */
  why: {
    camera: 'The camera is not live: {{state}}', bad_address: 'The address cannot be used; check it: {{detail}}', busy: 'The camera is busy (503); tried again by itself',
    cannot_record: 'This video codec cannot be recorded', closed: 'The camera closed the connection; reconnecting', disabled: 'Switched off',
    disk_full: 'The disk for recordings is full; free some space', ended: 'The stream ended; trying again: {{detail}}', forbidden: 'This account may not watch the camera (403)',
    hidden: 'Something stands in front of the place', killed: 'The stream’s process was killed; starting again', model: 'The picture could not be analysed',
    model_external: 'The model keeps its weights in another file; save it with all weights inside', model_hash: 'The model file is not the one that was registered: {{detail}}',
    model_layout: 'The model’s outputs cannot be read: {{detail}}', model_loading: 'The model is being loaded', model_manifest: 'The model’s manifest has a mistake: {{detail}}',
    model_missing: 'The model is missing: {{detail}}', model_run: 'The model failed: {{detail}}', model_unreadable: 'The model file cannot be read: {{detail}}',
    no_answer: 'Something listens there but does not speak RTSP; check the port', no_free_session: 'The camera gives out no more sessions (453); close others or raise its limit',
    no_input: 'The camera has no input', no_route: 'There is no way to the camera in the network', no_rule: 'The camera has no rule for this any more', no_rules: 'The camera has no rules',
    no_samples: 'No picture comes that could be analysed', no_such_stream: 'The camera has no stream under this path (404); check the address', no_video: 'The stream holds no video',
    not_held: 'No vision node holds this camera', picture: 'The picture is of no use (black, blurred or damaged)', picture_black: 'The picture is black',
    picture_blurred: 'The picture is blurred', picture_covered: 'Something covers the view', picture_damaged: 'The picture is damaged', picture_frozen: 'The picture is frozen',
    picture_moved: 'The camera shows none of its known views, or something covers it; its rules are suspended', refused: 'Connection refused: the camera is off, or host or port are wrong',
    renewed: 'The stream is being opened anew', request_refused: 'The camera turns the request away: {{detail}}',
    rule_classes: 'A rule names a class that its model does not have: {{detail}}', rule_schedule: 'A rule’s schedule has a mistake: {{detail}}',
    rule_view: 'A rule names a view that the camera does not have: {{detail}}', rule_zone: 'A rule’s zone has a mistake: {{detail}}',
    server_error: 'The camera answers with an error: {{detail}}', stalled: 'The connection stands, but no packets come', starting: 'Starting; waiting for the first picture',
    stopped: 'The vision process was stopped', thread: 'The inference thread ended; it is started again', timeout: 'The camera does not answer in time; check its power and network',
    unknown: 'The detector does not analyse it', unknown_codec: 'The video has a codec that is not known here', unknown_host: 'The host name is not known; check the address',
    view_unseen: 'A view has not been shown for long: {{detail}}', wrong_password: 'User name or password is wrong (401)',
    wrong_transport: 'The camera does not offer this transport (461); use the other of TCP and UDP',
  },
  wall: { tiles: 'Tiles on the screen', previous: 'Previous', next: 'Next' },
};

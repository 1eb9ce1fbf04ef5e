import type { VoiceSetupTexts } from '../en/voice-setup.ts';

export const zh: VoiceSetupTexts = {
  voice: '听、想与说',
  slots: {
    voice: '设置',
    thinker: '思考',
    recogniser: '听',
    speaker: '说',
  },
  asServer: '使用服务器的设置',
  own: '自定义',
  key: (origin) => (origin === '' ? '密钥' : `${origin} 的密钥`),
  noKey: '无',
  keySet: (day, endsIn) => (endsIn === '' ? `设置于 ${day}` : `设置于 ${day}，末尾为 …${endsIn}`),
  strayKey: '已删除或属于其他地址的密钥',
  newKey: '新密钥',
  keepKey: '保存此密钥',
  models: '此机器上的语言模型',
  modelsHint: '点击后，内置数字人将用它思考；对此后开始的通话生效。',
  use: (name, model) => `使用 ${name} 的 ${model}`,
  stopUsing: (model) => `${model} 正在应答：停止使用`,
  retiring: (model, day, successor) => `${model} 将于 ${day} 前停用；由 ${successor} 代为应答。`,
  tryIt: '测试',
  works: '可以正常应答。',
};

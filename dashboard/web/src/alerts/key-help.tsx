import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonKeys } from './verdict-panel.tsx';

const keys = [['j', 'k'], ['↵', 'c'], ['⇧↵'], ['t'], ['space'], ['←', '→'], ['b'], ['f'], ['u'], ['?']] as const;
const words = ['move', 'confirm', 'dispatch', 'claim', 'play', 'strip', 'boxes', 'full', 'undo', 'help'] as const;

export function KeyHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t('keys.title')} width={520}>
      <dl className="key-help">
        {words.map((word, index) => <div key={word}><dt>{keys[index]?.map((key) => <kbd key={key}>{key === 'space' ? t('keys.space') : key}</kbd>)}</dt><dd>{t(`keys.${word}`)}</dd></div>)}
        {reasonKeys.map(([key, reason]) => <div key={reason}><dt><kbd>{key}</kbd></dt><dd>{t(`reason.${reason}`)}</dd></div>)}
      </dl>
    </Modal>
  );
}

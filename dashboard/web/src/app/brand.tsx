import { useTranslation } from 'react-i18next';

export function Brand() {
  const { t } = useTranslation();
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden>
        <rect width="32" height="32" rx="7" fill="var(--x-accent)" />
        <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round"><path d="M5 16s4-7 11-7 11 7 11 7-4 7-11 7S5 16 5 16Z" /><circle cx="16" cy="16" r="3.4" /></g>
      </svg>
      {t('app.name')}
    </span>
  );
}

import { GlobalOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Dropdown, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { NavLink, useNavigate } from 'react-router';
import { useMe } from '../api/session.ts';
import { useFeedState } from '../live/feed.ts';
import { handles, seesAlerts, seesCameras, seesCases } from './abilities.ts';
import { Brand } from './brand.tsx';
import { setLanguage } from '../i18n/index.ts';
import { setGround, useGround } from './theme.ts';
import { useLeave } from './use-leave.ts';

export function TopBar() {
  const { t } = useTranslation();
  const { user } = useMe();
  const places = [
    seesAlerts(user) && { to: '/alerts', text: t('nav.alerts') },
    seesCases(user) && { to: '/cases', text: t('nav.cases') },
    seesCameras(user) && { to: '/cameras', text: t('nav.cameras') },
    seesCameras(user) && { to: '/wall', text: t('nav.wall') },
    handles(user) && { to: '/handler', text: t('nav.handler') },
  ].filter((place) => place !== false);
  return (
    <header className="top-bar">
      <NavLink to="/" className="top-brand" aria-label={t('app.name')}><Brand /></NavLink>
      <nav aria-label={t('nav.label')}>
        {places.map(({ to, text }) => <NavLink key={to} to={to} data-testid={`nav${to.replace('/', '-')}`}>{text}</NavLink>)}
      </nav>
      <span className="top-space" />
      <LinkState />
      <LanguageButton />
      <GroundButton />
      <UserMenu />
    </header>
  );
}

function LinkState() {
  const { t } = useTranslation();
  const { link } = useFeedState();
  const text = link === 'up' ? t('link.up') : link === 'late' ? t('link.behind') : t('link.down');
  return <Tooltip title={text}><span className={`link-state ${link}`} role="status" aria-label={text} data-testid="link-state" data-link={link}>{link === 'up' ? '●' : '○'}</span></Tooltip>;
}

export function LanguageButton() {
  const { t, i18n } = useTranslation();
  const next = i18n.language === 'en' ? 'zh' : 'en';
  return <Button type="text" size="small" icon={<GlobalOutlined />} onClick={() => void setLanguage(next)} aria-label={t('app.switchLanguage')} data-testid="switch-language">{t('app.otherLanguage')}</Button>;
}

export function GroundButton() {
  const { t } = useTranslation();
  const ground = useGround();
  const text = ground === 'dark' ? t('app.toLight') : t('app.toDark');
  return <Tooltip title={text}><Button type="text" size="small" icon={ground === 'dark' ? <SunOutlined /> : <MoonOutlined />} onClick={() => setGround(ground === 'dark' ? 'light' : 'dark')} aria-label={text} data-testid="switch-ground" /></Tooltip>;
}

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useMe();
  const leave = useLeave();
  const navigate = useNavigate();
  const items = [
    { key: 'who', disabled: true, label: <span>{user.unit?.name ?? t('app.city')}<br />{user.roles.map((role) => t(`role.${role}`)).join(' · ')}</span> },
    { type: 'divider' as const },
    { key: 'password', label: t('password.title'), onClick: () => void navigate('/password') },
    { key: 'out', label: t('app.signOut'), onClick: leave },
  ];
  return <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight"><Button type="text" size="small" data-testid="user-menu">{user.name}</Button></Dropdown>;
}

import { Outlet } from 'react-router';
import { ConnectionBanner } from './connection-banner.tsx';
import { TopBar } from './top-bar.tsx';
import './shell.css';

export function Shell() {
  return (
    <div className="shell">
      <TopBar />
      <ConnectionBanner />
      <main className="shell-page"><Outlet /></main>
    </div>
  );
}

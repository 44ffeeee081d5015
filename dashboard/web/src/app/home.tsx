import { Navigate } from 'react-router';
import { useMe } from '../api/session.ts';
import { homeOf } from './abilities.ts';

export function Home() {
  return <Navigate to={homeOf(useMe().user)} replace />;
}

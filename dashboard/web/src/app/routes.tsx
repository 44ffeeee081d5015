import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { Gate } from './gate.tsx';
import { Home } from './home.tsx';
import { PageFailed } from './page-failed.tsx';
import { Shell } from './shell.tsx';

/** A bundle a page: what is not opened is not fetched. */
const pages: RouteObject[] = [
  { index: true, Component: Home },
  { path: 'alerts/:id?', lazy: async () => ({ Component: (await import('../alerts/alert-wall.tsx')).AlertWall }) },
  { path: 'cases', lazy: async () => ({ Component: (await import('../cases/case-list.tsx')).CaseList }) },
  { path: 'cases/:id', lazy: async () => ({ Component: (await import('../cases/case-page.tsx')).CasePage }) },
  { path: 'cameras', lazy: async () => ({ Component: (await import('../cameras/camera-list.tsx')).CameraList }) },
  { path: 'verdicts', lazy: async () => ({ Component: (await import('../verdicts/verdict-page.tsx')).VerdictPage }) },
  { path: 'wall', lazy: async () => ({ Component: (await import('../cameras/video-wall.tsx')).VideoWall }) },
  { path: 'handler/:id?', lazy: async () => ({ Component: (await import('../handler/handler-page.tsx')).HandlerPage }) },
];

export const router = createBrowserRouter([
  {
    ErrorBoundary: PageFailed,
    HydrateFallback: () => null,
    children: [
      { path: 'sign-in', lazy: async () => ({ Component: (await import('../sign-in/sign-in-page.tsx')).SignInPage }) },
      {
        Component: Gate,
        children: [
          { path: 'password', lazy: async () => ({ Component: (await import('../sign-in/password-page.tsx')).PasswordPage }) },
          { Component: Shell, children: [{ ErrorBoundary: PageFailed, children: pages }] },
        ],
      },
      { path: '*', element: <Navigate to="/" replace /> },
    ],
  },
]);

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { ApiError } from '../api/http.ts';
import { PageVariables } from './page-variables.tsx';
import { router } from './routes.tsx';
import { themes, useGround } from './theme.ts';

const worthRetrying = (error: Error): boolean => error instanceof ApiError && (error.status === 0 || error.status >= 500);

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: (count, error) => count < 3 && worthRetrying(error), refetchOnWindowFocus: false },
      // A verdict that hangs in the air while the network is cut would be worse than a clear failure.
      mutations: { networkMode: 'always' },
    },
  });
}

export function App() {
  const ground = useGround();
  const { i18n } = useTranslation();
  const [client] = useState(makeClient);
  return (
    <ConfigProvider theme={themes[ground]} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <PageVariables />
      <AntApp message={{ maxCount: 3 }} notification={{ placement: 'bottomRight' }}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

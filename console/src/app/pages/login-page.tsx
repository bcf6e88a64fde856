import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { LanguageSwitch, ThemeSwitch } from '@/app/shell/switches'
import { meQuery } from '@/features/session/api/get-me'
import { LoginForm } from '@/features/session/components/login-form'
import { PasswordForm } from '@/features/session/components/password-form'

import './login-page.css'

export function LoginPage() {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const router = useRouter()
  const { next } = useSearch({ from: '/login' })
  const { data: known } = useQuery({ ...meQuery, enabled: false })
  // Signing in empties the cache, and with it what this page watched there.
  const [answered, setAnswered] = useState<Schemas['Me']>()
  const me = answered ?? known
  const title = t(me?.must_change_password ? 'login.password_first' : 'login.title')
  useEffect(() => {
    document.title = `${title} · Kaogong`
  }, [title])

  // Only addresses of this console: a link could name another site.
  const go = async () => (next?.startsWith('/') && !next.startsWith('//') ? router.history.push(next) : navigate({ to: '/' }))
  const onChanged = async () => {
    await queryClient.query({ ...meQuery, staleTime: 0 })
    await go()
  }

  return (
    <div className="kg-login">
      <div className="kg-row kg-login-switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="kg-login-card">
        <div className="kg-login-brand">
          <img src="/favicon.svg" alt="" />
          <div>
            <strong>{t('frame.name')}</strong>
            <p className="kg-muted">{t('frame.tagline')}</p>
          </div>
        </div>
        <h1>{title}</h1>
        {me?.must_change_password ? (
          <>
            <p className="kg-muted">{t('login.password_first_text')}</p>
            <PasswordForm onChanged={() => void onChanged()} />
          </>
        ) : (
          <LoginForm
            onSignedIn={(person) => {
              queryClient.clear()
              queryClient.setQueryData(meQuery.queryKey, person)
              setAnswered(person)
              if (!person.must_change_password) void go()
            }}
          />
        )}
      </main>
    </div>
  )
}

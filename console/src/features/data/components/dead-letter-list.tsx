import { Button } from 'antd'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Mark } from '@/components/value/mark'
import { formatBytes, formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import { useReasonName } from '../use-reason-name'
import './dead-letter-list.css'

interface Props {
  items: readonly Schemas['DeadLetterOut'][]
  onReplay: ((id: string) => void) | undefined
  replaying: string | undefined
}

/** What could not be used, with the reason first and the body behind a click. */
export function DeadLetterList({ items, onReplay, replaying }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const reasonName = useReasonName()
  return (
    <ul className="kg-list" data-testid="dead-letters">
      {items.map((letter) => (
        <li key={letter.id} className="kg-letter">
          <div className="kg-row kg-row-apart">
            <span className="kg-row">
              <Mark tone="warn">
                <strong>{reasonName(letter.reason)}</strong>
              </Mark>
              {letter.device ? (
                <Link to="/devices/$device" params={{ device: letter.device }}>
                  {letter.device}
                </Link>
              ) : (
                <span className="kg-muted">{t('dead_letters.device_unknown')}</span>
              )}
            </span>
            <span className="kg-row kg-muted kg-small">
              {formatTime(letter.received_at, language)}
              {letter.replayed_at ? (
                <span>{t('dead_letters.replayed_at', { at: formatTime(letter.replayed_at, language) })}</span>
              ) : (
                onReplay && (
                  <Button size="small" loading={replaying === letter.id} onClick={() => onReplay(letter.id)}>
                    {t('dead_letters.replay')}
                  </Button>
                )
              )}
            </span>
          </div>
          <p>{letter.detail}</p>
          <details>
            <summary className="kg-muted kg-small">{t('dead_letters.body', { size: formatBytes(letter.payload_bytes, language), subject: letter.subject })}</summary>
            <pre>{letter.payload}</pre>
          </details>
        </li>
      ))}
    </ul>
  )
}

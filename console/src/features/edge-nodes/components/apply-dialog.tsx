import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Modal } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { ProblemPanel } from '@/components/problem-panel'
import { SkeletonRows } from '@/components/skeleton'
import { Mark, type Tone } from '@/components/value/mark'

import { checkConfiguration } from '../api/check-configuration'
import { putConfiguration } from '../api/put-configuration'
import type { Configuration } from '../document'

const tones: Record<Schemas['Change'], Tone> = { added: 'ok', changed: 'info', removed: 'warn', unchanged: 'info' }

/** What applying will change, tried by the platform; then, on a second word, the change itself. */
export function ApplyDialog({ node, document, version, onClose }: { node: string; document: Configuration; version: number; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const check = useQuery({ queryKey: ['edge-configuration', node, 'check', document], queryFn: () => checkConfiguration(node, document), retry: false, gcTime: 0 })
  const save = useMutation({
    mutationFn: () => putConfiguration(node, document, version),
    onSuccess: async (made) => {
      void message.success(t('edge.saved', { version: made.version }))
      await queryClient.invalidateQueries({ queryKey: ['edge-configuration', node] })
      onClose()
    },
  })
  const changes = check.data?.connections.filter((each) => each.change !== 'unchanged') ?? []
  const taken = check.data?.devices_taken ?? []
  return (
    <Modal
      open
      title={t('edge.apply_sure')}
      onCancel={onClose}
      onOk={() => save.mutate()}
      okText={t('edge.apply')}
      okButtonProps={{ disabled: !check.data }}
      cancelText={t('action.cancel')}
      confirmLoading={save.isPending}
    >
      <div className="kg-stack kg-stack-tight" data-testid="configuration-check">
        {check.isPending && <SkeletonRows rows={2} />}
        {check.isError && <ProblemPanel error={check.error} />}
        {check.data && changes.length === 0 && <p>{t('edge.apply_nothing')}</p>}
        <ul className="kg-list">
          {changes.map((each) => (
            <li key={each.name} className="kg-row kg-row-apart" style={{ padding: '6px 0' }}>
              <span>
                <Mark tone={tones[each.change]}>{t(`edge.change.${each.change}`)}</Mark> <strong>{each.name}</strong> <span className="kg-muted">{each.driver}</span>
              </span>
              <span className="kg-muted kg-small">
                {each.points === each.points_before ? t('edge.points_count', { count: each.points }) : t('edge.points_change', { before: each.points_before, after: each.points })}
              </span>
            </li>
          ))}
        </ul>
        {taken.length > 0 && <p>{t('edge.devices_taken', { count: taken.length, names: taken.slice(0, 8).join(', ') })}</p>}
        {save.isError && <ProblemPanel error={save.error} />}
      </div>
    </Modal>
  )
}

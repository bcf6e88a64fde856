import { SafetyOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import { ProblemPanel } from '@/components/problem-panel'
import { Mark } from '@/components/value/mark'

import { verifyAudit } from '../api/verify-audit'

/** Recompute the chain of hashes and say in a sentence whether it is whole. */
export function VerifyButton() {
  const { t } = useTranslation()
  const verify = useMutation({ mutationFn: verifyAudit })
  return (
    <span className="kg-row">
      <span role="status" data-testid="audit-verdict">
        {verify.data && (verify.data.whole ? <Mark tone="ok">{t('audit.whole')}</Mark> : <Mark tone="bad">{t('audit.broken', { seq: verify.data.first_broken_seq })}</Mark>)}
      </span>
      {verify.isError && <ProblemPanel error={verify.error} />}
      <Button icon={<SafetyOutlined />} loading={verify.isPending} onClick={() => verify.mutate()}>
        {t('audit.verify')}
      </Button>
    </span>
  )
}

/** Questions about rules that are not saved yet, and the word that they are. */
import { ElMessage, ElMessageBox } from 'element-plus'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-message-box.css'
import 'element-plus/theme-chalk/el-message.css'
import 'element-plus/theme-chalk/el-overlay.css'
import { t } from '@/copy/copy'

export function askToLeave(): Promise<boolean> {
  return ask(t('offerings.leave_text'), t('offerings.leave_title'), t('offerings.leave'))
}

export function askDespite(warnings: string[]): Promise<boolean> {
  return ask(warnings.join(' '), t('offerings.warning'), t('offerings.save_anyway'))
}

export function sayRulesSaved(): void {
  ElMessage({ message: t('offerings.saved'), type: 'success' })
}

function ask(text: string, title: string, confirm: string): Promise<boolean> {
  return ElMessageBox.confirm(text, title, {
    confirmButtonText: confirm,
    cancelButtonText: t('offerings.stay'),
    closeOnClickModal: false,
    showClose: false,
  }).then(
    () => true,
    () => false,
  )
}

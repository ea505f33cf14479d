/** Asks before a device is signed out, and says that it was. */
import { ElMessage, ElMessageBox } from 'element-plus'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-message-box.css'
import 'element-plus/theme-chalk/el-message.css'
import 'element-plus/theme-chalk/el-overlay.css'
import { t } from '@/copy/copy'

export function confirmEnd(device: string): Promise<boolean> {
  return ElMessageBox.confirm(t('devices.revoke_text', { device }), t('devices.revoke_title'), {
    confirmButtonText: t('devices.revoke'),
    cancelButtonText: t('common.cancel'),
    closeOnClickModal: false,
    showClose: false,
  }).then(
    () => true,
    () => false,
  )
}

export function sayEnded(): void {
  ElMessage({ message: t('devices.revoked'), type: 'success' })
}

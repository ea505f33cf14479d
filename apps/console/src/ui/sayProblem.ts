/** Says for a moment that something did not work, where no place on the page is about it. */
import { ElMessage } from 'element-plus'
import 'element-plus/theme-chalk/el-message.css'

export function sayProblem(text: string): void {
  ElMessage({ message: text, type: 'error', grouping: true })
}

/** The devices that are signed in to this account, and ending one of them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { problemText } from '@/api/problem'
import type { Device } from '@/api/types'
import { useApi } from '@/composables/api'

const KEY = ['devices'] as const

export function useDevices() {
  const api = useApi()
  const cache = useQueryClient()
  const query = useQuery({ queryKey: KEY, queryFn: () => api.devices() })
  const ending = useMutation({
    mutationFn: (device: Device) => api.endDevice(device.id),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  })

  return {
    devices: query.data,
    isLoading: query.isPending,
    problem: computed(() => {
      const error = query.error.value ?? ending.error.value
      return error ? problemText(error) : ''
    }),
    endingId: computed(() => (ending.isPending.value ? ending.variables.value?.id : undefined)),
    end: (device: Device) => ending.mutateAsync(device),
    retry: () => {
      ending.reset()
      return query.refetch()
    },
  }
}

import { createApp } from 'vue';
import Reception from './reception.vue';

createApp(Reception).mount('#root');

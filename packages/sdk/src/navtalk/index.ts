export { type ComponentDefaults, defineMyNavtalkComponent, MyNavtalkComponent } from './my-navtalk-component.ts';

// Before the first paint: as the console was told to look in this browser, else as the browser itself looks.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => {
    try {
      const chosen = localStorage.getItem('mantine-color-scheme-value');
      return chosen === 'dark' || (chosen !== 'light' && dark.matches);
    } catch {
      return dark.matches;
    }
  };
  const apply = () => document.documentElement.classList.toggle('dark-mode', isDark());
  apply();
  dark.addEventListener('change', apply);
  // The console in another tab.
  addEventListener('storage', apply);
})();

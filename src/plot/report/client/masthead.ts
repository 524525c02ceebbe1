/** @file The buttons that change nothing of what is looked at: theme, copy. Run inside the page: no outside references. */

/** Light or dark: as the system has it until the reader says otherwise, then remembered. */
export function createThemeButton(): void {
  const button = document.querySelector<HTMLButtonElement>("#theme");
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remember = (theme?: string): string | null => {
    try {
      if (theme) localStorage.setItem("cajal-theme", theme);
      return localStorage.getItem("cajal-theme");
    } catch {
      return theme ?? null; // some browsers give files no storage
    }
  };
  const apply = (theme: string | null) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const isDark = (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
    if (button) button.textContent = isDark ? "Light" : "Dark";
    button?.setAttribute("aria-label", isDark ? "Change to light colours" : "Change to dark colours");
    return isDark;
  };
  let isDark = apply(remember());
  button?.addEventListener("click", () => {
    isDark = apply(remember(isDark ? "light" : "dark") ?? (isDark ? "light" : "dark"));
  });
  dark.addEventListener("change", () => {
    isDark = apply(null);
  });
}

/** Copies the command beside the button; where the browser forbids that, selects it. */
export function createCopyButtons(): void {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.copy") : null;
    const code = button?.parentElement?.querySelector("code");
    if (!button || !code) return;
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(code);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
}

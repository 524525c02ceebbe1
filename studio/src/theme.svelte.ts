/** Light or dark: as the system has it, until the person chooses. */

const key = "cajal-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

let chosen = $state(localStorage.getItem(key) ?? "");
let systemIsDark = $state(system.matches);
system.addEventListener("change", ({ matches }) => {
  systemIsDark = matches;
});
const show = () => {
  if (chosen) document.documentElement.dataset.theme = chosen;
};
show();

export const theme = {
  get isDark() {
    return chosen ? chosen === "dark" : systemIsDark;
  },
  turn() {
    chosen = this.isDark ? "light" : "dark";
    localStorage.setItem(key, chosen);
    show();
  },
};

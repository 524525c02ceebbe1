/** The manual looks like the reports: ink and ochre on paper. */

import DefaultTheme from "vitepress/theme-without-fonts";
import "./style.css";

export default DefaultTheme;

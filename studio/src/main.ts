import { mount } from "svelte";
import "virtual:house.css";
import "./studio.css";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app") as HTMLElement });

// The page of a hall, or of all of them, kept fresh.
import { keepFresh } from "/static/fresh.js";

keepFresh(() => document.querySelector("[data-page]").dataset.page, 4000);

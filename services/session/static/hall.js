// The hall's page, kept fresh.
import { keepFresh } from "/static/fresh.js";

keepFresh(() => document.getElementById("facts").dataset.page, 4000);

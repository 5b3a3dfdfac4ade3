// The reference of the API, drawn by the vendored Swagger UI; everything comes from this machine.
(() => {
  const place = document.getElementById("api-reference");
  const cookie = (name) =>
    document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.description,
    docExpansion: "list",
    deepLinking: true,
    validatorUrl: null,
    defaultModelsExpandDepth: -1,
    filter: true,
    // The widget calls its list a second main of the page; a screen reader wants one.
    onComplete: () => place.querySelector("main")?.setAttribute("role", "group"),
    requestInterceptor: (request) => {
      const token = cookie("csrftoken");
      if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
      return request;
    },
  });
})();

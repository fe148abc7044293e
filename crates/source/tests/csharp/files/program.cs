#!/usr/bin/env dotnet
using Microsoft.AspNetCore.Builder;
var app = WebApplication.Create(args);
app.MapGet("/{id}", (string id) => Find(id));
using var log = Open();
string Find(string id) { return id; }
await app.RunAsync();
class Helper { }

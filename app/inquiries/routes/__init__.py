"""The pages of inquiries, for both sides."""

from app.inquiries.routes import answers, asking, sent_files, steps, threads

ROUTERS = (asking.router, answers.router, threads.router, sent_files.router, steps.router)

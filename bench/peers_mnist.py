def run(s,p,e): pass
